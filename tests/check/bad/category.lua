local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 5)
if err and err.category == "ratelimit" then print("later") end
--: 3:28 err.category is never "ratelimit"; did you mean "rate_limit"?
