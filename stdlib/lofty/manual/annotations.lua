--- Takes the annotated functions and classes out of a module's source, so that an editor reads what the source says of
--- itself.
local M = {}

--- The comment block that ends just before a line, and the code line it stands before. An annotation that goes on in
--- the next line is put into one, as editors want it.
local function blocks_of(source)
  local blocks, block = {}, {}
  for line in (source .. "\n"):gmatch("([^\n]*)\n") do
    local rest = line:match("^%-%-%-  +(.*)$")
    if rest and (block[#block] or ""):find("^%-%-%-@") then
      block[#block] = block[#block] .. " " .. rest
    elseif line:find("^%-%-%-") then
      block[#block + 1] = line
    else
      local is_borrowed = line:find("^M%.[%w_]+ = [%w_]+%.[%w_]+$")
      if #block > 0 or is_borrowed then
        blocks[#blocks + 1] = { comment = table.concat(block, "\n"), code = line }
      end
      block = {}
    end
  end
  return blocks
end

--- The head of a function that is defined on this line: "M.parse(value)", "Hours:next(ms)".
local function function_head(line)
  return line:match("^function ([%w_]+[.:][%w_.]+%b())")
end

--- "M.parse = reading.parse": the annotated function of the other module, under this name.
local function borrowed(source, line, source_of)
  local name, module, member = line:match("^M%.([%w_]+) = ([%w_]+)%.([%w_]+)$")
  local other = name and source:match("local " .. module .. ' = require "([%w_.]+)"')
  for _, block in ipairs(other and blocks_of(source_of(other) or "") or {}) do
    local head = function_head(block.code)
    if head and head:find("^M%." .. member .. "%(") then
      return ("%s\nfunction M.%s%s end"):format(block.comment, name, head:match("%b()$"))
    end
  end
end

local function is_wanted(wanted, name)
  return not wanted or wanted[name] or false
end

--- A class or an alias, and the table that its methods are in. `owners` learns that table's variable.
local function type_definition(block, wanted, owners)
  local name = block.comment:match("%-%-%-@class ([%w_.]+)") or block.comment:match("%-%-%-@alias ([%w_.]+)")
  if not name or not is_wanted(wanted, name) then return nil end
  local variable = block.code:match("^local ([%w_]+) = {.*}$")
  local comment = block.comment:gsub("\n%-%-%-@field private [^\n]*", "")
  if not variable then return comment end
  owners[variable] = true
  return ("%s\nlocal %s = {}"):format(comment, variable)
end

local function function_definition(block, head, wanted, owners)
  if block.comment:find("%-%-%-@private") then return nil end
  local owner, name = head:match("^([%w_]+)[.:]([%w_.]+)%(")
  local is_public = owner == "M" and is_wanted(wanted, name) or owners[owner]
  return is_public and ("%s\nfunction %s end"):format(block.comment, head) or nil
end

--- The public part of a module as definitions: classes, aliases and functions without their bodies.
---@param module string such as "lofty.time"
---@param source_of fun(module: string): string|nil the source of an embedded module
---@param names string[]|nil the classes, aliases and functions that are wanted; all of them otherwise
---@return string
function M.definitions(module, source_of, names)
  local source = assert(source_of(module), module)
  local wanted
  for _, name in ipairs(names or {}) do
    wanted = wanted or {}
    wanted[name] = true
  end
  local parts, owners = {}, {}
  for _, block in ipairs(blocks_of(source)) do
    local head = function_head(block.code)
    local space = block.code:match("^M%.([%w_]+) = {}$")
    if head then
      parts[#parts + 1] = function_definition(block, head, wanted, owners)
    elseif space and is_wanted(wanted, space) and source:find("\nfunction M%." .. space .. "%.") then
      parts[#parts + 1] = block.comment .. "\n" .. block.code
    elseif block.code:find("^M%.") and not space then
      parts[#parts + 1] = borrowed(source, block.code, source_of)
    else
      parts[#parts + 1] = type_definition(block, wanted, owners)
    end
  end
  return table.concat(parts, "\n\n")
end

return M
