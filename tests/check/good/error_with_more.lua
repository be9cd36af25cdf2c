local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 1)
if err then
  err.job, err.result = "brief", 5
  print(err.job, err.result, err.retryable, err.attempts, err.request_id, err["message"])
end
local function pair() return 1, { code = "US", mesage = "x" } end
local one, place = lofty.try(pair)
print(one, place.code == "DE_BY", place.mesage)
if err then
  err.mesage = "of mine"
  print(err.mesage)
end
