# raw.awk - reads the names in the files of `run`.

# raw(TEXT): what printf's %b makes of it.
function raw(text) {
    gsub(/\\\\/, "\001", text)
    gsub(/\\n/, "\n", text)
    gsub(/\\t/, "\t", text)
    gsub(/\\r/, "\r", text)
    gsub(/\001/, "\\", text)
    return text
}
