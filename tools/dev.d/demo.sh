# Shows the main job on real traffic: nginx and curl on loopback, recorded live. Where capturing is
# not allowed, the same conversation goes through a small proxy that writes a capture file.
# Sourced by tools/dev.

DEMO_PIDS=()

demo() {
  setup build demo
  build_preset release --target trafrec
  TRAFREC=build/tools/trafrec
  LOG=build/demo-log  # kept, so that one can go on looking
  rm -rf "$LOG"
  WIDTH=1000
  if [[ -t 1 ]]; then WIDTH=$(($(tput cols 2>/dev/null || echo 100) - 2)); fi
  DEMO=$(mktemp -d -t trafrec-demo.XXXXXX)
  at_exit 'rm -rf "$DEMO"'
  at_exit stop_processes

  heading "A web server"
  start_nginx
  note "nginx listens on 127.0.0.1:$PORT"

  heading "Record"
  if start_live_recorder; then
    drive_traffic "$PORT"
    wait_for_exchanges
    stop_recorder
  else
    record_from_file
  fi
  heading "Look"
  look
  compare_with_nginx
  next_commands
}

stop_processes() {
  local pid
  for pid in "${DEMO_PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${DEMO_PIDS[@]}"; do
    local tries=0
    while kill -0 "$pid" 2>/dev/null && ((tries++ < 50)); do sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  DEMO_PIDS=()
}

nginx_config() {
  local user=''
  ((EUID != 0)) || user='user root;'
  cat <<END
$user
worker_processes 1;
daemon off;
pid $DEMO/nginx.pid;
error_log $DEMO/error.log crit;
events { worker_connections 256; }
http {
  log_format demo '\$request_method \$uri \$status \$body_bytes_sent';
  access_log $DEMO/access.log demo;
  client_body_temp_path $DEMO/tmp/body;
  proxy_temp_path $DEMO/tmp/proxy;
  fastcgi_temp_path $DEMO/tmp/fastcgi;
  uwsgi_temp_path $DEMO/tmp/uwsgi;
  scgi_temp_path $DEMO/tmp/scgi;
  types { text/html html; application/json json; }
  default_type application/octet-stream;
  client_max_body_size 16m;
  server_tokens off;
  server {
    listen 127.0.0.1:$1;
    root $DEMO/www;
    gzip on;
    gzip_types application/json;
    gzip_min_length 256;
    location /notes/ { dav_methods PUT DELETE; create_full_put_path on; }
    location = /orders { default_type application/json; return 201 '{"order":"\$request_id","state":"accepted"}\n'; }
    location = /teapot { return 418 'short and stout\n'; }
    location = /old { return 301 /new; }
  }
}
END
}

demo_content() {
  mkdir -p "$DEMO/www/notes" "$DEMO/tmp"
  echo '<!doctype html><title>demo</title><h1>It works</h1>' >"$DEMO/www/index.html"
  awk 'BEGIN { print "["; for (i = 1; i <= 3000; i++) printf "  {\"id\": %d, \"name\": \"item %d\", \"price\": %.2f},\n", i, i, i * 1.37; print "  {}]" }' \
    >"$DEMO/www/catalogue.json"
  head -c 60000 /dev/urandom >"$DEMO/www/picture.bin"
}

# A port that is free is the one that nginx can bind.
start_nginx() {
  local nginx tries
  nginx=$(PATH=$PATH:/usr/sbin command -v nginx)
  demo_content
  for tries in 1 2 3 4 5 6 7 8 9 10; do
    PORT=$((20000 + RANDOM % 12000))
    nginx_config "$PORT" >"$DEMO/nginx.conf"
    "$nginx" -p "$DEMO" -c "$DEMO/nginx.conf" 2>"$DEMO/nginx.out" &
    NGINX_PID=$!
    DEMO_PIDS+=("$NGINX_PID")
    local waited=0
    while kill -0 "$NGINX_PID" 2>/dev/null && ((waited++ < 50)); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && [[ -s $DEMO/nginx.pid ]]; then
        return
      fi
      sleep 0.1
    done
  done
  die "nginx does not start" "$(cat "$DEMO/nginx.out")"
}

# Sets output off from our own words; long lines wrap between words.
indented() { fold -s -w "$WIDTH" | sed 's/^/  /'; }

show_command() { printf '  %s$ %s%s\n' "$BOLD" "$*" "$PLAIN"; }

start_live_recorder() {
  show_command trafrec record --interface lo --port "$PORT" --log "$LOG"
  : >"$DEMO/record.out"
  "$TRAFREC" record --interface lo --port "$PORT" --log "$LOG" >"$DEMO/record.out" 2>&1 &
  RECORDER_PID=$!
  DEMO_PIDS+=("$RECORDER_PID")
  # The log appears once the capture is open.
  local waited=0
  while ((waited++ < 100)); do
    if ! kill -0 "$RECORDER_PID" 2>/dev/null; then
      sed 's/^/  /' "$DEMO/record.out"
      return 1
    fi
    if grep -q "^trafrec: recording" "$DEMO/record.out"; then return 0; fi
    sleep 0.1
  done
  die "the recorder does not start" "$(cat "$DEMO/record.out")"
}

stop_recorder() {
  kill -TERM "$RECORDER_PID"
  wait "$RECORDER_PID" || die "the recorder failed" "$(cat "$DEMO/record.out")"
  # Without the progress line that a slow machine may have seen.
  grep -vE '^ *[0-9,]+ packets/s' "$DEMO/record.out" | indented
}

# What nginx has answered is on its way through the recorder: wait until the log shows as much.
wait_for_exchanges() {
  local waited=0 served
  served=$(wc -l <"$DEMO/access.log")
  while ((waited++ < 100)) && (($("$TRAFREC" export "$LOG" --format ndjson 2>/dev/null | wc -l) < served)); do
    sleep 0.1
  done
}

record_from_file() {
  local capture=$DEMO/demo.pcap
  note ""
  note "${YELLOW}No right to capture here; the lines above name the remedy.${PLAIN}"
  note "So the same traffic goes through a small proxy that writes a capture file,"
  note "and trafrec records that file, which needs no right."
  python3 tools/dev.d/capture_through_proxy.py "$capture" "$PORT" >"$DEMO/proxy.out" 2>&1 &
  local proxy=$! waited=0
  DEMO_PIDS+=("$proxy")
  while [[ ! -s $DEMO/proxy.out ]]; do
    ((waited++ < 100)) || die "the proxy does not start" "$(cat "$DEMO/proxy.out")"
    sleep 0.1
  done
  drive_traffic "$(head -n 1 "$DEMO/proxy.out")"
  kill -TERM "$proxy"
  wait "$proxy" || true
  note ""
  show_command trafrec record --read demo.pcap --log "$LOG"
  "$TRAFREC" record --read "$capture" --log "$LOG" 2>&1 | indented
}

# Some dozens of exchanges; each curl keeps its connection for all its URLs.
drive_traffic() { send_requests "$1" >/dev/null; }

send_requests() {
  local base=http://127.0.0.1:$1 number
  CURL=(curl --silent --show-error --max-time 20)
  "${CURL[@]}" "$base/" "$base/catalogue.json" "$base/picture.bin" "$base/missing" "$base/old"
  "${CURL[@]}" --compressed "$base/catalogue.json"
  "${CURL[@]}" --head "$base/picture.bin"
  "${CURL[@]}" "$base/teapot"
  for number in 1 2 3 4 5 6 7 8; do
    "${CURL[@]}" --json "{\"item\": $number, \"count\": $((number * 2))}" "$base/orders"
    "${CURL[@]}" --upload-file - "$base/notes/$number.txt" <<<"note $number: remember the milk"
    "${CURL[@]}" "$base/notes/$number.txt" "$base/notes/$number.txt?again=yes"
  done
  "${CURL[@]}" --upload-file "$DEMO/www/picture.bin" "$base/notes/picture.bin"
  "${CURL[@]}" --header 'Transfer-Encoding: chunked' --upload-file "$DEMO/www/catalogue.json" "$base/notes/catalogue.json"
  "${CURL[@]}" --request DELETE "$base/notes/1.txt" --next "${CURL[@]:1}" "$base/notes/1.txt"
}

look() {
  local id
  show_command trafrec show "$LOG" --limit 12
  "$TRAFREC" show "$LOG" --limit 12 | indented
  id=$("$TRAFREC" export "$LOG" --format ndjson --method POST --limit 1 | grep -oE '"id":"[^"]+"' | cut -d'"' -f4)
  echo
  show_command trafrec show "$LOG" "$id"
  "$TRAFREC" show "$LOG" "$id" | indented
  echo
  show_command trafrec stats "$LOG"
  # The sums of the accounting follow; they say "all agree" in their first line.
  "$TRAFREC" stats "$LOG" | sed '/^ *sums /q' | indented
}

compare_with_nginx() {
  local served recorded
  served=$(wc -l <"$DEMO/access.log")
  recorded=$("$TRAFREC" export "$LOG" --format ndjson | wc -l)
  heading "Is it all there?"
  note "nginx's access log has $served requests; the log has $recorded exchanges."
  if ((served == recorded)); then
    note "${GREEN}Every one of them was recorded.${PLAIN}"
  else
    die "the two counts differ" "the log is $LOG"
  fi
}

next_commands() {
  heading "Try next"
  note "alias trafrec=$ROOT/$TRAFREC"
  note "trafrec show $LOG --method PUT --status 2xx"
  note "trafrec show $LOG --target 'notes/[1-3]' --limit 5"
  note "trafrec export $LOG --format har -o demo.har    # opens in a browser's developer tools"
  note "trafrec export $LOG --format curl               # the same requests as commands"
  note "trafrec verify $LOG"
  note "trafrec record --help"
}
