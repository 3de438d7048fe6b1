-- wrk: picks at random from the requests in the file REQUESTS, one a line: METHOD PATH [BODY]. BEARER is sent with each.
-- PACE: so many milliseconds of rest before each request. SECOND: another host:port, for every other thread.
-- COUNT: statuses are counted, which costs something.
local number = 0

function setup(thread)
  number = number + 1
  thread:set("seed", number)
  threads = threads or {}
  threads[number] = thread
  local host, port = (os.getenv("SECOND") or ""):match("^(.*):(%d+)$")
  if host and number % 2 == 0 then thread.addr = wrk.lookup(host, port)[1] end
end

function init()
  local bearer = os.getenv("BEARER")
  if bearer then wrk.headers["Authorization"] = "Bearer " .. bearer end
  wrk.headers["Content-Type"] = "application/json"
  math.randomseed(seed)
  requests, good, busy, other = {}, 0, 0, 0
  for line in io.lines(os.getenv("REQUESTS")) do
    local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
    requests[#requests + 1] = wrk.format(method, path, nil, body ~= "" and body or nil)
  end
end

function request() return requests[math.random(#requests)] end

if os.getenv("PACE") then
  local pace = tonumber(os.getenv("PACE"))
  function delay() return math.random(0, 2 * pace) end
end

if os.getenv("COUNT") then
  function response(status)
    if status < 300 then good = good + 1
    elseif status == 503 or status == 429 then busy = busy + 1
    else other = other + 1 end
  end
end

function done(summary, latency)
  local e, sums = summary.errors, { good = 0, busy = 0, other = 0 }
  for _, thread in ipairs(threads) do
    for name in pairs(sums) do sums[name] = sums[name] + (thread:get(name) or 0) end
  end
  io.write(string.format('figures: {"answers": %d, "seconds": %.3f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d, "good": %d, "busy": %d, "other": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.status, e.connect + e.read + e.write + e.timeout, sums.good, sums.busy, sums.other))
end
