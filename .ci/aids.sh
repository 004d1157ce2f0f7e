# Sourced by scripts that look at pages with tools of npm: puts these, at the versions given, into the folder $1 and nowhere else.
aids() {
    local folder=$1
    shift
    mkdir -p "$folder"
    npm install --silent --no-audit --no-fund --no-package-lock --prefix "$folder" "$@"
}
