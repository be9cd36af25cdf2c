--- lua-cjson's interface, exact: integers stay integers, digit for digit, floats keep their bits, and
--- arrays stay arrays when they are empty. Errors are raised. See cjson/instance.lua.

return require("cjson.instance").new(false)
