# header.awk - prints the value of the header line `name`, in either case.

{
    sub(/\r$/, "")
    colon = index($0, ":")
    if (NR > 1 && tolower(substr($0, 1, colon - 1)) == tolower(name)) {
        value = substr($0, colon + 1)
        gsub(/^[ \t]+|[ \t]+$/, "", value)
        print value
        exit
    }
}
