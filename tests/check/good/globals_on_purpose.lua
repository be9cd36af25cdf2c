count = 0
names = {}
function add(name)
  count = count + 1
  names[count] = name
end
add("a")
total = count
function _G.report() return total end
_G.shown = true
print(report(), shown, #names, _G.count, _ENV.total)
