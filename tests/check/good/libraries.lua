local text = ("%-5s|"):format("a"):rep(2):upper()
print(text, utf8.char(72), os.date("!%Y", 0), io.write(""), coroutine.running() ~= nil, math.tointeger(5.0))
local t = { 3, 1, 2 }
table.sort(t, function(a, b) return a > b end)
print(table.concat(table.move(t, 1, 3, 1, {}), ","), next({}), rawlen(t), rawequal(t, t), select(-1, 1, 2))
function string.shout(s) return s:upper() .. "!" end
print(string.shout("a"), ("b"):shout())
