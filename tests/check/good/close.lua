local lofty = require "lofty"
do
  local _ <close> = lofty.lock("a name", { wait = "1s" })
  local held <close> = lofty.lock(("another %d"):format(5))
  print(held ~= nil)
end
