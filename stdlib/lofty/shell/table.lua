--- Lays items out for people: columns that fit the terminal, numbers to the right, long texts cut, ids never.
local json = require "lofty.shell.json"
local paths = require "lofty.shell.paths"
local width = require "lofty.shell.width"

local M = {}

local GAP = "  "
--- A column of texts is not made narrower than this, and none without need wider than that.
local NARROWEST, WIDEST = 8, 40

--- What people look for first, in this order; the rest follows by name.
local FIRST = {
  "id", "name", "firstName", "lastName", "transactionName", "tagName", "title", "subject", "content", "type", "stage",
  "status", "score", "startAt", "startTime", "deadline", "phones", "emails", "phone", "email",
}

--- A value as it stands in a cell.
---@param value any
---@return string
function M.cell(value)
  if value == nil then return "" end
  if type(value) == "string" then return width.tame(value) end
  if not paths.is_array(value) then return width.tame(json.compact(value)) end
  local parts = {}
  for index, element in ipairs(value) do
    parts[index] = type(element) == "string" and element or json.compact(element)
  end
  return width.tame(table.concat(parts, ", "))
end

--- Columns in the order in which they are given room when not all fit: the id, what people look for, the rest.
---@param names string[]
---@param id string|nil
---@return string[]
function M.by_interest(names, id)
  local rank = { [id or ""] = 0 }
  for place, name in ipairs(FIRST) do rank[name] = rank[name] or place end
  local sorted = table.move(names, 1, #names, 1, {})
  table.sort(sorted, function(a, b)
    local first, second = rank[a] or #FIRST + 1, rank[b] or #FIRST + 1
    if first ~= second then return first < second end
    return a < b
  end)
  return sorted
end

--- The widths that the rows ask for, and which columns hold numbers only.
local function measure(names, rows)
  local columns = {}
  for index, name in ipairs(names) do
    local column = { name = name, width = width.of(name), numbers = true, exact = false, empty = true }
    for _, row in ipairs(rows) do
      local value = row[index]
      if value ~= nil then
        column.empty = false
        column.numbers = column.numbers and type(value) == "number"
        column.exact = column.exact or math.type(value) == "integer"
        column.width = math.max(column.width, width.of(M.cell(value)))
      end
    end
    column.numbers = column.numbers and not column.empty
    columns[index] = column
  end
  return columns
end

local function total(columns)
  local sum = -#GAP
  for _, column in ipairs(columns) do sum = sum + column.width + #GAP end
  return sum
end

--- Takes room from the widest texts until the line fits, or nothing more can be taken.
local function shrink(columns, room)
  while total(columns) > room do
    local widest
    for _, column in ipairs(columns) do
      if not column.exact and column.width > NARROWEST and (not widest or column.width > widest.width) then
        widest = column
      end
    end
    if not widest then return end
    widest.width = math.max(NARROWEST, widest.width - math.max(1, (total(columns) - room) // 2))
  end
end

--- Chooses which columns are shown, and how wide.
---@param names string[]
---@param rows table<integer, any>[] the values by column that the widths are made for
---@param room integer columns of the terminal
---@param all boolean|nil the caller named them: all are shown, however wide
---@return table[] columns { index, name, width, numbers }
---@return integer hidden how many that hold something have no room
function M.layout(names, rows, room, all)
  local columns, shown, hidden = measure(names, rows), {}, 0
  for index, column in ipairs(columns) do
    column.index = index
    if not column.exact and not all then column.width = math.min(column.width, WIDEST) end
    if all then
      shown[#shown + 1] = column
    elseif not column.empty then
      shown[#shown + 1] = column
      if #shown > 1 and total(shown) > room then
        shown[#shown], hidden = nil, hidden + 1
      end
    end
  end
  shrink(shown, room)
  return shown, hidden
end

local function line(columns, text_of)
  local parts = {}
  for place, column in ipairs(columns) do
    local text = text_of(column)
    if not column.exact or width.of(text) <= column.width then text = width.cut(text, column.width) end
    parts[place] = width.pad(text, column.width, column.numbers)
  end
  return (table.concat(parts, GAP):gsub("%s+$", "")) .. "\n"
end

---@param columns table[]
---@return string
function M.header(columns)
  return line(columns, function(column) return column.name end)
end

---@param columns table[]
---@param cells table<integer, any>
---@return string
function M.row(columns, cells)
  return line(columns, function(column) return M.cell(cells[column.index]) end)
end

--- One object, a member on each line.
---@param names string[]
---@param cells table<integer, any>
---@param room integer
---@return string
function M.sheet(names, cells, room)
  local widest, lines = 0, {}
  for index, name in ipairs(names) do
    if cells[index] ~= nil then widest = math.max(widest, width.of(name)) end
  end
  for index, name in ipairs(names) do
    local value = cells[index]
    if value ~= nil then
      local text = M.cell(value)
      local left = math.max(room - widest - #GAP, NARROWEST)
      lines[#lines + 1] = width.pad(name, widest) .. GAP
        .. (type(value) == "number" and text or width.cut(text, left)) .. "\n"
    end
  end
  return table.concat(lines)
end

return M
