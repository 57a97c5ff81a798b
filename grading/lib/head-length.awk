# head-length.awk - prints how many of the bytes that od -An -v -tx1 shows are an
# HTTP head, up to and with its empty line; all of them if there is none.

!found {
    for (i = 1; i <= NF && !found; i++) {
        count++
        last = substr(last $i, length(last) > 6 ? 3 : 1)
        found = last == "0d0a0d0a" || last ~ /0a0a$/
    }
}

END {
    print count + 0
}
