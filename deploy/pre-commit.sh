#!/bin/sh
# What .pre-commit-hooks.yaml runs. In .pre-commit-config.yaml:  args: [--integrity, sha512-...]
set -eu
LACRE_VERSION=0.1.0
# Outside of the work tree: no program, node_modules, .npmrc or cache of it takes part in what judges it.
tree=$(pwd -P)
outside=
set -f
IFS=:
for entry in $PATH; do
  case $entry/ in "$tree"/* | "$PWD"/* | / | [!/]*) ;; *) outside=$outside:$entry ;; esac
done
unset IFS
set +f
export PATH="${outside#:}"
if [ "${1:-}" != --integrity ] || [ $# -lt 2 ]; then
  echo "lacre: error: the hook runs lacre $LACRE_VERSION only by its SRI hash" >&2
  echo "hint: in .pre-commit-config.yaml: args: [--integrity, sha512-...], from the notes of the release" >&2
  exit 2
fi
LACRE_INTEGRITY=$2
shift 2
# A commit needs no network: what was checked once stays beside this file, in a directory of pre-commit's own.
beside=$(cd "$(dirname "$0")" && pwd -P)
case $beside/ in "$tree"/*) echo "lacre: error: this hook lies in the work tree" >&2; exit 1 ;; esac
kept=$beside/.lacre-$(printf %s "$LACRE_INTEGRITY" | tr / _)
if [ ! -d "$kept" ]; then
  (
    away=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/lacre.XXXXXXXX")
    away=$(cd "$away" && pwd -P)
    trap 'rm -rf "$away"' EXIT
    case $away/ in "$tree"/*) echo "lacre: error: TMPDIR lies in the work tree" >&2; exit 1 ;; esac
    case ${HOME:-}/ in "$tree"/*) export HOME="$away" ;; esac
    export XDG_CACHE_HOME="$away/cache" npm_config_cache="$away/npm"
    cd "$away"
    echo '{}' > package.json
    npm pack --loglevel=error --ignore-scripts "lacre@$LACRE_VERSION" > packed
    # Nothing is unpacked, and nothing of it runs, before it is known to be what is named here.
    node -e '
      const [file, wanted] = process.argv.slice(1);
      const bytes = require("node:fs").readFileSync(file);
      const found = "sha512-" + require("node:crypto").createHash("sha512").update(bytes).digest("base64");
      if (found === wanted) process.exit(0);
      console.error("lacre: error: " + file + " is " + found + ", and LACRE_INTEGRITY is " + (wanted || "empty"));
      process.exit(1);
    ' "lacre-$LACRE_VERSION.tgz" "$LACRE_INTEGRITY"
    npm install --loglevel=error --offline --ignore-scripts --no-audit --no-fund "./lacre-$LACRE_VERSION.tgz" > installed
    node=$(node -p process.execPath)
    cd "$tree"
    lacre() { "$node" "$away/node_modules/lacre/dist/cli/main.cjs" "$@"; }
    mv "$away/node_modules/lacre" "$kept.$$"
    mv "$kept.$$" "$kept"
  )
fi
node=$(cd "$beside" && node -p process.execPath)
export XDG_CACHE_HOME="$kept.cache"
exec "$node" "$kept/dist/cli/main.cjs" verify "$@"
