local lofty = require "lofty"
local cjson = require "cjson"
local value = lofty.json.decode(lofty.json.encode { a = lofty.null, b = lofty.array {} }, { keep_null = true })
print(value.a == lofty.null, cjson.encode { 1 })
