-- Codes and methods that are not Lofty's.
local shape = { kind = "circle" }
function shape:is(kind) return self.kind == kind end
local country, reply = { code = "US" }, { code = "not_found" }
print(shape:is("square"), shape:is("CIRCLE"), country.code == "DE", reply.code == "missing", reply.code == "OK")
local NAMES = { US = "United States", NOT_FOUND_HERE = "nothing" }
print(NAMES[country.code])
