#!/bin/sh
# Stop with a hint unless Node.js 20.19 or newer and npm are there.
needed=20.19

how_to_get_it() {
    cat >&2 <<HINT
  try one of:
    Debian, Ubuntu:  curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install -y nodejs
    nvm:             nvm install 22
    other systems:   https://nodejs.org/en/download
HINT
    exit 3
}

if ! command -v node >/dev/null 2>&1; then
    echo "expected Node.js $needed or newer, found none on the PATH" >&2
    how_to_get_it
fi
found=$(node -p process.versions.node)
major=${found%%.*}
rest=${found#*.}
minor=${rest%%.*}
if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; }; then
    echo "expected Node.js $needed or newer, found $found" >&2
    how_to_get_it
fi
if ! command -v npm >/dev/null 2>&1; then
    echo "expected npm beside Node.js $found, found none on the PATH" >&2
    how_to_get_it
fi
