# visible.awk - prints the bytes that od -An -v -tx1 shows as hexadecimal
# numbers: line ends and unprintable bytes as escapes, a line for each line.

BEGIN {
    for (i = 0; i < 256; i++) {
        hex = sprintf("%02x", i)
        text[hex] = i >= 32 && i < 127 ? sprintf("%c", i) : "\\x" hex
    }
    text["0a"] = "\\n"
    text["0d"] = "\\r"
    text["09"] = "\\t"
    text["00"] = "\\0"
}

{
    for (i = 1; i <= NF; i++) {
        line = line text[$i]
        if ($i == "0a") {
            print line
            line = ""
        }
    }
}

END {
    if (line != "")
        print line
}
