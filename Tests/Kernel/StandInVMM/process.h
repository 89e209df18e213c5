// What makes a VMM hard to reach from outside: another user, no dump, namespaces of its own. And how often it runs.
#pragma once

// Forks into new user, pid and mount namespaces; the first process waits and ends as the second does.
void enter_new_namespaces(int descriptor_to_close);
void become_user(unsigned user);
void set_dumpable(int dumpable);
void become_realtime(void);
void raise_memory_lock_limit(void);
// This process's id as /proc of the first namespace has it.
int outer_process_id(void);

int listen_on(const char *path);
// Accepts one connection and sends the descriptor over it.
void send_descriptor(int listener, int descriptor);
