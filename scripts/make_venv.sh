#!/bin/sh
# Make the virtual environment FOLDER:   PYTHON= sh scripts/make_venv.sh FOLDER
#
# PYTHON names the interpreter; without it the newest of Python 3.11 and later that has
# the modules venv and ensurepip is taken. An environment that works is left as it is.
set -eu

folder=$1

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has() { "$1" -c "import $2" 2>/dev/null; }
version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

if [ -e "$folder" ] && [ ! -e "$folder/pyvenv.cfg" ]; then
    echo "$folder exists and is not a virtual environment." >&2
    echo "  Move it away, or name another folder: make VENV=FOLDER ..." >&2
    exit 1
fi
if new_enough "$folder/bin/python"; then
    has "$folder/bin/python" pip || "$folder/bin/python" -m ensurepip >/dev/null
    exit 0
fi

if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
else
    set -- python3.14 python3.13 python3.12 python3.11 python3 python
fi
found=
for python in "$@"; do
    new_enough "$python" || continue
    found=${found:-$python}
    has "$python" "ensurepip, venv" || continue
    echo "Making $folder with $python ($(version "$python"))"
    exec "$python" -m venv --clear "$folder"
done

if [ -z "$found" ]; then
    echo "hubel needs Python 3.11 or newer; found none among: $*" >&2
    echo "  Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
else
    echo "$found ($(version "$found")) lacks the modules venv and ensurepip." >&2
    echo "  Debian, Ubuntu: apt-get install python3-venv" >&2
    echo "                  (python$(version "$found")-venv where that is another one)" >&2
    echo "  Elsewhere: install a complete Python 3.11 or newer, or name one:" >&2
    echo "             make PYTHON=/path/to/python3.12 ..." >&2
fi
exit 1
