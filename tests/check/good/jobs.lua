local lofty = require "lofty"
local zone = "America/New_York"
lofty.on.schedule("30 6 * * MON-FRI", { name = "brief", tz = zone, catch_up = "one", window = "2h", retries = 3,
  retry_delay = 30, jitter = "10s", timeout = "10m", overlap = "queue", pause_after = 5 }, function(job)
  print(job.name, job.at, job.late)
end)
for hour = 8, 10 do
  lofty.on.schedule(("0 %d * * *"):format(hour), { name = "hour-" .. hour }, function() return lofty.leads.list {} end)
end
local function nightly() return nil end
local options = { name = "nightly" }
options.catch_up = "all"
lofty.on.schedule("@daily", options, nightly)
