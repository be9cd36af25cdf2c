local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 1)
if err then
  err.job, err.result = "brief", 5
  print(err.job, err.result, err.retryable, err.attempts, err.request_id, err["message"])
end
