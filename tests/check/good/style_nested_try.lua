local lofty = require "lofty"
local function attempt()
  local r <const>, e <const> = lofty.try(function()
    local inner, why = lofty.try(lofty.tasks.get, 1)
    if not inner then return { failed = why.code } end
    return inner
  end)
  if e then return e end
  return r
end
print(attempt().failed)
