# Sourced by scripts that need a running demonstration. Builds the programs in $bin, makes the folder $work that goes with the
# script, and `demo_start [ADDRESS]` sets $url and $server; `demo_stop` ends it as systemd would and waits.
# Everything is built by this one command: what is built for other packages has other features of the same crates, and is built again.
cargo build --release --locked --workspace --bins --example draw_cases --example draw_files
bin=${CARGO_TARGET_DIR:-target}/release
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

demo_start() {
    "$bin/gongshi" demo --data "$work/data" --listen "${1:-127.0.0.1:0}" >"$work/out" 2>"$work/err" &
    server=$!
    url=
    for _ in $(seq 1800); do
        url=$(sed -n 's,.*\(http://[0-9.:]*\)/.*,\1,p' "$work/out")
        [ -z "$url" ] || break
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    if [ -z "$url" ]; then
        echo 'the demonstration did not start' >&2
        cat "$work/err" >&2
        return 1
    fi
    # Pages are served before search has caught up; what is checked is the whole.
    for _ in $(seq 1800); do
        if python3 - "$url" <<'PY'
import json, sys, urllib.request
log = json.load(urllib.request.urlopen(sys.argv[1] + "/api/v1/log", timeout=30))
sys.exit(log["indexed"] != log["size"])
PY
        then
            echo "the demonstration is at $url"
            return
        fi
        sleep 0.1
    done
    echo 'search did not catch up' >&2
    return 1
}

demo_stop() {
    kill -TERM "$server"
    wait "$server"
    server=
}
