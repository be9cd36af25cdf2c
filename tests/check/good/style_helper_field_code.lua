local lofty = require "lofty"
local product = { code = "A-17", status = "new" }
if product.code == "A-18" or product.code ~= "B" then print(product.status) end
local countries = { { code = "US" }, { code = "CA" } }
for _, c in ipairs(countries) do if c.code == "US" then print("us", lofty ~= nil) end end
