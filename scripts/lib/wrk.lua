-- wrk: GET of a random product (IDS: a file of ids) or of the given page, with the token in BEARER.
local ids, seed = {}, 0
for id in io.lines(os.getenv("IDS") or "/dev/null") do ids[#ids + 1] = "/api/v1/products/" .. id end

function setup(thread)
  seed = seed + 1
  thread:set("seed", seed)
end

function init()
  local bearer = os.getenv("BEARER")
  if bearer then wrk.headers["Authorization"] = "Bearer " .. bearer end
  math.randomseed(seed)
  requests = {}
  for i, path in ipairs(ids) do requests[i] = wrk.format("GET", path) end
  if #requests == 0 then requests[1] = wrk.format("GET") end
end

function request() return requests[math.random(#requests)] end

function done(summary, latency)
  local e = summary.errors
  local bad = e.connect + e.read + e.write + e.timeout + e.status
  io.write(string.format("figures: %.0f %.3f %.3f %d\n", summary.requests * 1e6 / summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad))
end
