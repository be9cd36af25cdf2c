local lofty = require "lofty"
local function retrying(times, f, ...)
  local last
  for attempt = 1, times do
    local result, err = lofty.try(f, ...)
    if result ~= nil then return result end
    last = err
    if not err.retryable then break end
  end
  return nil, last
end
local t, e = retrying(3, lofty.tasks.get, 1)
print(t, e.code)
