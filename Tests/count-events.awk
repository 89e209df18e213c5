# Counts the tests in a Swift Testing event stream (one JSON object per line, version 0).
#
# Prints "passed failed skipped cases", then a line for each failed test ("F name") and for each reason to skip
# ("S count reason"). A test that was planned and neither ended nor was skipped has failed: its process crashed.
# A case is a row of a parametrised test, or a test that is not parametrised.
# Keys are found by their unescaped quotes, which no JSON string contains.

function text_after(key,    start, rest) {
    start = index($0, key)
    if (start == 0) return ""
    rest = substr($0, start + length(key))
    if (!match(rest, /^"([^"\\]|\\.)*"/)) return ""
    rest = substr(rest, 2, RLENGTH - 2)
    gsub(/\\\//, "/", rest)
    gsub(/\\"/, "\"", rest)
    return rest
}

# A plan: only test functions say whether they are parametrised.
index($0, "{\"kind\":\"test\",") == 1 && match($0, /"id":"([^"\\]|\\.)*","isParameterized"/) {
    id = substr($0, RSTART + 6, RLENGTH - 6 - length("\",\"isParameterized\""))
    gsub(/\\\//, "/", id)
    gsub(/\\"/, "\"", id)
    state[id] = "unfinished"
    next
}

# Told of parametrised tests only.
index($0, "\"kind\":\"testCaseEnded\"") {
    cases[text_after("\"testID\":")]++
    next
}

index($0, "\"kind\":\"testEnded\"") {
    id = text_after("\"testID\":")
    if (id in state) state[id] = text_after("\"messages\":[{\"symbol\":") == "fail" ? "failed" : "passed"
}

index($0, "\"kind\":\"testSkipped\"") {
    id = text_after("\"testID\":")
    if (id in state) {
        state[id] = "skipped"
        reason = text_after("\"text\":")
        sub(/^.* skipped: /, "", reason)
        sub(/^.* skipped\.$/, "no reason given", reason)
        reasons[reason]++
    }
}

END {
    for (id in state) {
        if (state[id] == "passed") passed++
        else if (state[id] == "skipped") skipped++
        else failed++
        if (id in cases) ran += cases[id]
        else if (state[id] == "passed" || state[id] == "failed") ran++
    }
    print passed + 0, failed + 0, skipped + 0, ran + 0
    for (id in state) {
        if (state[id] == "failed") print "F", id
        if (state[id] == "unfinished") print "F", id, "(did not end)"
    }
    for (reason in reasons) print "S", reasons[reason], reason
}
