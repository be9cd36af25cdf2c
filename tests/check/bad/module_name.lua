local args = require "lofty.agrs"
print(args)
--: 1:22 there is no module "lofty.agrs"; did you mean "lofty.args"?
