/**
 * The shell script that agents run for each of their hooks: a third of the time that a start of Node
 * takes. It keeps the spool that src/hook/spool.ts describes, and nobody waits for a server: it
 * writes the input down, and a sender in the background posts what waits, in order, one sender at a
 * time. With `--last` (the session ends, and perhaps the container with it) it waits for the sender,
 * unless the server has not answered lately. With `--wait` (a permission is asked for) a server that
 * shows that it is there is waited for, and what it decides is printed; no other is. The plugin in
 * plugins/session-monitor has a copy of it.
 */
export const hookScript = `#!/bin/sh
# Hands what an agent tells its hooks to a claude-sessions server. It always ends with 0, prints nothing, and
# never waits for a server: inputs are written to a spool, and a sender in the background posts them.
#
#   hook.sh [--last | --wait <seconds>] <agent> <server URL> [<input>]     without <input> it is read from stdin
#
# --last: the agent is about to end; wait for the sender, unless the server did not answer lately.
# --wait: a person may answer the permission request through the server, for so long; print the decision. A server
#         that does not show at once that it is there is not waited for, and the agent asks where it runs.
umask 077
last= wait=
case $1 in
--last) last=1 && shift ;;
--wait) wait=$2 && shift 2 ;;
esac
agent=$1
given=$3
server=\${2:-\${SESSION_SERVICE_URL:-http://localhost:9000}}
token=\${CLAUDE_SESSIONS_TOKEN:-$CLAUDE_PLUGIN_OPTION_TOKEN}
server=\${server%/}
target=$server/hooks/$agent
case $target in
*://localhost[:/]* | *://127.* | *://\\[::1\\]*) patience=0.3 ;;
*) patience=1.2 ;;
esac

# With the agent's process the server notices its end, where the server is on the same machine.
[ -n "$CLAUDE_PID" ] && target="$target?pid=$CLAUDE_PID"

# Posts stdin, and ends the subshell that it runs in: post <target> <time> <delivery> <seconds>; prints the status
# of the answer, 000 for none, and with $answers set a line with the answer before it.
answers=
post() {
  url=$1
  case $url in
  *\\?pid=*) read -r host 2>/dev/null </proc/sys/kernel/hostname || host=$(uname -n) && url="$url&host=$host" ;;
  esac
  authorization=
  [ -n "$token" ] && authorization="header = \\"Authorization: Bearer $token\\""
  command -v curl >/dev/null || post_with_node "$url" "$2" "$3" "$4"
  output=/dev/null format='%{http_code}'
  [ -n "$answers" ] && output=- && format='\\n%{http_code}'
  exec curl -q -s -o $output -w "$format" -m "$4" --noproxy localhost,127.0.0.1,::1 -K /dev/fd/3 \\
    -H 'Content-Type: application/json' -H 'Expect:' -H "Idempotency-Key: hook-$3" \\
    -H "X-Event-Time: $2" --data-binary @- "$url" 3<<END
$authorization
END
}

post_with_node() {
  export token answers
  exec node -e '
    const [url, time, delivery, seconds] = process.argv.slice(1);
    const { token, answers } = process.env;
    const headers = {
      "Content-Type": "application/json",
      "Idempotency-Key": "hook-" + delivery,
      "X-Event-Time": time,
      ...(token ? { Authorization: "Bearer " + token } : {}),
    };
    const body = require("fs").readFileSync(0);
    fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(seconds * 1000) })
      .then(async (answer) => console.log((answers ? (await answer.text()) + "\\n" : "") + answer.status))
      .catch(() => console.log("000"));' "$@"
}

# Whether the server answers at once.
is_there() {
  if command -v curl >/dev/null; then
    curl -q -s -f -o /dev/null -m "$patience" --noproxy localhost,127.0.0.1,::1 "$server/health"
  else
    node -e '
      const [url, seconds] = process.argv.slice(1);
      fetch(url, { signal: AbortSignal.timeout(seconds * 1000) }).then(
        ({ ok }) => process.exit(ok ? 0 : 1),
        () => process.exit(1),
      );' "$server/health" "$patience"
  fi
}

# Posts one input of the spool; sets status. Where the server has not failed yet, it has to answer soon.
try() {
  limit=$patience
  [ -e "$spool/away" ] && limit=5
  status=$({ read -r where came && post "$where" "$came" "$2" "$limit"; } <"$1" 2>/dev/null)
}

# Sends what waits, oldest first, until all is sent or the server fails twice: once quickly, once with patience.
send_waiting() {
  for input in "$spool"/*.in; do
    [ -e "$input" ] || return 0
    delivery=\${input##*/}
    delivery=\${delivery%.in}
    try "$input" "$delivery"
    case $status in
    2?? | 400 | 405 | 413 | 415 | 422) ;;
    *)
      if [ ! -e "$spool/away" ]; then
        date +%s >"$spool/away"
        try "$input" "$delivery"
      fi
      ;;
    esac
    case $status in
    2??) rm -f "$input" ;;
    400 | 405 | 413 | 415 | 422)
      mkdir -p "$spool/rejected"
      mv "$input" "$spool/rejected/$delivery.$status"
      ;;
    *)
      date +%s >"$spool/away"
      trim
      return 1
      ;;
    esac
    [ -e "$spool/away" ] && rm -f "$spool/away"
  done
  return 0
}

# Whether the server failed so lately that it is not asked again.
rests() {
  read -r failed 2>/dev/null <"$spool/away" && [ $((seconds - failed)) -lt 5 ]
}

# Drops the oldest where too much waits.
trim() {
  set -- "$spool"/*.in
  dropped=0
  while [ $# -gt 10000 ]; do
    rm -f "$1"
    shift
    dropped=$((dropped + 1))
  done
  while [ $# -gt 100 ] && [ "$(du -sk "$spool" | cut -f1)" -gt 65536 ]; do
    rm -f "$1"
    shift
    dropped=$((dropped + 1))
  done
  [ $dropped -eq 0 ] || echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $dropped" >>"$spool/dropped"
}

waits() {
  for input in "$spool"/*.in; do
    [ -e "$input" ] && return 0
  done
  return 1
}

# Whether the lock's holder is dead, or has held it for longer than any sender needs.
is_free() {
  [ -n "$(find "$spool/sending" -maxdepth 0 -mmin +2)" ] && return 0
  read -r holder <"$spool/sending/pid" && ! kill -0 "$holder"
}

# The process of this subshell, which $$ is not.
own_pid() {
  if read -r pid rest </proc/self/stat; then echo "$pid"; else sh -c 'echo "$PPID"'; fi
}

# One sender at a time. The lock is let go before the last look: who spools after that look finds it free.
send() {
  while waits; do
    if ! mkdir "$spool/sending" 2>/dev/null && ! is_free; then
      # The holder will look again, unless it fails meanwhile: what comes last waits for its turn.
      [ -n "$last" ] && [ "\${turns:=0}" -lt 100 ] && turns=$((turns + 1)) && sleep 0.1 && continue
      return 0
    fi
    own_pid >"$spool/sending/pid"
    send_waiting
    failed=$?
    rm -rf "$spool/sending"
    [ $failed -eq 0 ] || return 0
  done
}

now=$(date -u '+%s%N %Y-%m-%dT%H:%M:%S.%NZ')
case \${now%% *} in
*[!0-9]*) now=$(date -u '+%s000000000 %Y-%m-%dT%H:%M:%SZ') ;;
esac
time=\${now#* }
delivery=\${now%% *}-$$
seconds=\${now%%?????????" "*}
root=$CLAUDE_SESSIONS_SPOOL
if [ -z "$root" ]; then
  temporary=\${TMPDIR:-\${TMP:-\${TEMP:-/tmp}}}
  for root in "\${temporary%/}"/claude-sessions-spool-*; do
    [ -O "$root" ] && break
    root=
  done
  [ -n "$root" ] || root=\${temporary%/}/claude-sessions-spool-$(id -u)
fi
# A server that is away holds up no other: each has a folder, its URL with '-' for '/', ':', '?' and '&'.
separators=$IFS
IFS='/:?&'
set -f
set -- $server
IFS=-
spool=$root/.hooks/$*
IFS=$separators
set +f
usable=
if [ "$root" != off ] && [ ! -L "$root" ] && [ ! -L "$root/.hooks" ]; then
  [ -d "$spool" ] || mkdir -p "$spool" 2>/dev/null
  [ -O "$spool" ] && [ -O "$root" ] && usable=1
fi

input_of_hook() {
  if [ -n "$given" ]; then printf '%s' "$given"; else cat; fi
}

# In the background nothing of the agent's may stay open, or it waits for it. 'exec' also lets go of the copies
# that a shell keeps when it redirects a single command.
let_go() {
  exec </dev/null >/dev/null 2>&1
  trap '' HUP INT
}

# Has the server ask a person, and prints what is decided. Fails where the server has not taken the request.
ask() {
  rests && return 1
  is_there || return 1
  # What came before has to be there first: the call that the request is about.
  if [ -n "$usable" ]; then
    (let_go && send) &
    rounds=0
    while [ $rounds -lt 100 ] && { waits || comes; }; do
      sleep 0.02 2>/dev/null || break
      rounds=$((rounds + 1))
    done
    said=$spool/.$delivery.answer
  else
    said=$(mktemp) || return 1
  fi
  case $target in
  *\\?*) question="$target&approvals=$wait" ;;
  *) question="$target?approvals=$wait" ;;
  esac
  answers=1
  asked_input 2>/dev/null | post "$question" "$time" "$delivery" $((wait + 5)) >"$said" 2>/dev/null &
  asking=$!
  # The person may answer where the agent runs, which then ends this.
  trap 'kill $asking 2>/dev/null; rm -f "$said" "$spool/.$delivery"; exit 0' HUP INT TERM
  wait $asking
  answer=$(cat "$said")
  rm -f "$said"
  case \${answer##*"
"} in
  2??) ;;
  *) return 1 ;;
  esac
  rm -f "$spool/.$delivery"
  answer=\${answer%"
"*}
  [ "$answer" = '{}' ] || printf '%s\\n' "$answer"
}

# Whether another hook is about to hand its input over; one that asks, too, has an answer to wait for.
comes() {
  for input in "$spool"/.[0-9]*-*[0-9]; do
    [ "$input" != "$spool/.$delivery" ] && [ -e "$input" ] && [ ! -e "$input.answer" ] && return 0
  done
  return 1
}

asked_input() {
  if [ -n "$usable" ]; then tail -n +2 "$spool/.$delivery"; else printf '%s' "$input"; fi
}

hand_over() {
  [ -z "$last" ] && rests || send
}

if [ -n "$usable" ] && { echo "$target $time" && input_of_hook; } 2>/dev/null >"$spool/.$delivery"; then
  [ -n "$wait" ] && ask && exit 0
  # Before the agent goes on, so that nothing of what it does then is sent first.
  mv "$spool/.$delivery" "$spool/$delivery.in" 2>/dev/null
  (let_go && hand_over) &
  rounds=0
  while [ -n "$last" ] && [ $rounds -lt 40 ] && [ ! -e "$spool/away" ] && waits; do
    sleep 0.02 2>/dev/null || break
    rounds=$((rounds + 1))
  done
else
  input=$(input_of_hook)
  usable=
  [ -n "$wait" ] && ask && exit 0
  (let_go && printf '%s' "$input" | post "$target" "$time" "$delivery" 2) &
fi
exit 0
`;
