--- Finding the place in a list again when its scrollId has expired: by offset, with the ids of the last page as anchors.
--- Items may have come or left meanwhile, so the anchors are looked for around the position where they were.
local identity = require "lofty.identity"

local M = {}

local PAGES_EACH_WAY = 10

--- The index of the last item that was on the page before; nil where there is none. Anchors that lie in another order
--- than they were given in have been moved, and say nothing about what lies around them.
local function deepest(walk, items)
  local found, place = nil, 0
  for index, item in ipairs(items) do
    local order = walk.seen[identity.of(walk.row, item)]
    if order and order < place then return nil end
    if order then found, place = index, order end
  end
  return found
end

--- The offsets to look at: nearest first, backwards before forwards.
local function offsets(walk)
  local list = {}
  for step = 1, PAGES_EACH_WAY do
    local back = walk.position - step * walk.size
    if back + walk.size > 0 then list[#list + 1] = math.max(back, 0) end
    list[#list + 1] = walk.position + (step - 1) * walk.size
  end
  return list
end

--- Looks for the place after the last item given.
---@param walk table lofty.pages' record; `seen` are the items of the last page, by their order
---@param read fun(offset: integer): table[], table|nil the page at an offset and its metadata
---@return table[]|nil items those that follow; nil where the place cannot be found
---@return table|nil metadata
---@return integer|nil position where they begin
function M.find(walk, read)
  local past_the_end = math.maxinteger
  for _, offset in ipairs(offsets(walk)) do
    if offset < past_the_end then
      local items, metadata = read(offset)
      local last = deepest(walk, items)
      -- The anchors may go on into the page after this one.
      while last and last == #items and last > 0 do
        offset = offset + #items
        items, metadata = read(offset)
        last = deepest(walk, items) or 0
      end
      if last then return table.move(items, last + 1, #items, 1, {}), metadata, offset + last end
      if #items == 0 then past_the_end = offset end
    end
  end
  return nil
end

return M
