local lofty = require "lofty"
if false then print(lofty.now()) end
while true do break end
repeat local x = 1 until x == 1
do return end
