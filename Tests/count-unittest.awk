# Counts the tests in what Python's unittest prints with -v; prints what count-events.awk does. A case is a test.

/ \.\.\. ok$/ { passed++ }
/ \.\.\. (FAIL|ERROR|unexpected success)$/ { failed++; names = names "F " $1 "\n" }
/ \.\.\. skipped / {
    skipped++
    reason = $0
    sub(/^.* \.\.\. skipped ./, "", reason)
    sub(/.$/, "", reason)
    reasons[reason]++
}

END {
    print passed + 0, failed + 0, skipped + 0, passed + failed
    printf "%s", names
    for (reason in reasons) print "S", reasons[reason], reason
}
