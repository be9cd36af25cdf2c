--- What tells the items of a list apart: their id, or all that is in them where a list has none.
local M = {}

local RECENT = 1000

local FNV_OFFSET, FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3

local function mix(hash, text)
  for index = 1, #text do hash = (hash ~ text:byte(index)) * FNV_PRIME end
  return hash
end

--- A hash over a value and everything in it, in the order of the names.
local function hash_of(hash, value)
  if type(value) ~= "table" then return mix(hash, type(value) .. tostring(value)) end
  local names = {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  for _, name in ipairs(names) do hash = hash_of(mix(hash, "{" .. tostring(name)), value[name]) end
  return mix(hash, "}")
end

--- What one item is known by; nil where it has no id although its list has them.
---@param row table the list's row
---@param item any
---@return any
function M.of(row, item)
  if row.id then return type(item) == "table" and item[row.id] or nil end
  return hash_of(FNV_OFFSET, item)
end

--- So many of the last ids are remembered: what comes again within them is noticed, in bounded memory.
local REMEMBERED = 10000

--- A memory of the last ids.
---@return fun(id: any): boolean is_new notes the id, and says whether it was not among them
function M.memory()
  local ring, place, at = {}, {}, 0
  return function(id)
    if place[id] then return false end
    at = at % REMEMBERED + 1
    if ring[at] ~= nil then place[ring[at]] = nil end
    ring[at], place[id] = id, true
    return true
  end
end

--- A function that is told how each page begins, and gives the earlier page that began so, or nil. It remembers the
--- last thousand pages at least, and of all the others as many as it takes to notice any circle in the end.
---@return fun(id: any, page: integer): integer|nil
function M.circle()
  local recent, count = {}, 0
  local mark, mark_page, next_mark = nil, nil, 1
  return function(id, page)
    local earlier = recent[id] or id == mark and mark_page or nil
    if earlier then return earlier end
    if count == RECENT then recent, count = {}, 0 end
    recent[id], count = page, count + 1
    -- Marks lie twice as far apart each time (Brent): the last one is inside any circle before long.
    if page >= next_mark then mark, mark_page, next_mark = id, page, next_mark * 2 end
  end
end

return M
