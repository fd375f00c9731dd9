#!/bin/sh
# Has Claude Code do what prompt.md says, as the session SESSION_ID (a UUID). Started again after it was killed, it goes
# on in the same conversation.
#
#   WORKSPACE            the folder that it works in; filled from workspace/ where it is empty
#   CLAUDE_CONFIG_DIR    where it keeps its conversation: what a restart needs
#   ANTHROPIC_API_KEY    a key; with ANTHROPIC_BASE_URL another address than Anthropic's
#   SESSION_SERVICE_URL  the session store
#   CLAUDE_SESSIONS_SPOOL  where hooks wait while the store is away
#   CLAUDE, CLAUDE_SESSIONS   the programs, where they are not in the PATH
set -eu

here=$(cd "$(dirname "$0")" && pwd)
managed=/etc/claude-code
claude=${CLAUDE:-claude}
workspace=${WORKSPACE:-/workspace}
: "${CLAUDE_CONFIG_DIR:?Say where Claude Code keeps its conversation.}"
: "${CLAUDE_SESSIONS_SPOOL:?Say where hooks wait while the store is away.}"
case ${SESSION_ID:-} in
????????-????-????-????-????????????) ;;
*)
  echo "SESSION_ID has to be a UUID: Claude Code takes no other. It is '${SESSION_ID:-}'." >&2
  exit 2
  ;;
esac
export CLAUDE_CONFIG_DIR CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 DISABLE_AUTOUPDATER=1

sessions() {
  # shellcheck disable=SC2086 # it can be more than one word
  ${CLAUDE_SESSIONS:-claude-sessions} "$@"
}

finished=$CLAUDE_CONFIG_DIR/finished-$SESSION_ID
[ ! -e "$finished" ] || exit 0

mkdir -p "$workspace" "$CLAUDE_CONFIG_DIR"
[ -e "$workspace/prices.md" ] || cp -R "$here/workspace/." "$workspace/"
cd "$workspace"

# The image has the settings of the whole machine. Where this runs as a plain process, they are the user's.
set --
if [ ! -e "$managed/managed-settings.json" ]; then
  sessions connect claude-code --no-test >&2
  export GOVERNANCE="$here/governance"
  set -- --settings "$GOVERNANCE/managed-settings.json"
fi

if [ -n "$(find "$CLAUDE_CONFIG_DIR/projects" -name "$SESSION_ID.jsonl" 2>/dev/null)" ]; then
  set -- "$@" --resume "$SESSION_ID"
  prompt="You were interrupted. Go on where you were, and do not repeat what is done."
else
  set -- "$@" --session-id "$SESSION_ID"
  prompt=$(cat "$here/prompt.md")
fi

"$claude" -p "$prompt" "$@" </dev/null &
child=$!
trap 'kill -TERM $child' TERM INT
code=0
wait $child || code=$?
[ $code -ne 0 ] || : >"$finished"

# The container may take its spool with it: give the store a minute to come back.
rounds=0
while [ -n "$(find "$CLAUDE_SESSIONS_SPOOL" -name '*.in' 2>/dev/null)" ] && [ $rounds -lt 30 ]; do
  sessions doctor --flush >/dev/null || sleep 2
  rounds=$((rounds + 1))
done
exit $code
