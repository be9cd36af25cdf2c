-- loftyrun: allow send_smss, at most 5 a run
local lofty = require "lofty"
print(lofty.now())
--: 1:20 there is no grant "send_smss"; did you mean "send_sms"?
--: said
