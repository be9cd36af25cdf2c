--- Reads the editor's definitions of a module back into what they declare: functions with parameters and results, classes
--- with their fields. So help and manual say what an editor is told.
local M = {}

---@class lofty.manual.Value a parameter, a result or a field
---@field name string|nil
---@field type string as the annotation has it
---@field text string

---@class lofty.manual.Function
---@field owner string the class that it belongs to, "lofty.time"
---@field name string "lofty.time.parse", "lofty.chores.Refusals:count"
---@field arguments string "(value)"
---@field lines string[] its prose
---@field params lofty.manual.Value[]
---@field returns lofty.manual.Value[]

---@class lofty.manual.Class
---@field name string
---@field about string
---@field parent string|nil
---@field fields lofty.manual.Value[]
---@field call { params: lofty.manual.Value[], returns: lofty.manual.Value[] }|nil how it is called itself
---@field values string[]|nil of an alias: what it may be, a line each
---@field module lofty.manual.Module|nil the one that it belongs to, put there by lofty.manual.reference
---@field is_space boolean|nil it is no class, but a table of functions: lofty.json

local read_type

--- The end of the types behind "fun(...)", which are separated by commas.
local function after_results(text, from)
  local finish = read_type(text, from)
  while text:find("^, ", finish + 1) do finish = read_type(text, finish + 3) end
  return finish
end

--- The end of one type that is no union.
local function read_part(text, from)
  local finish
  if text:find("^fun%(", from) then
    finish = select(2, text:find("^%b()", from + 3))
    if text:find("^: ", finish + 1) then finish = after_results(text, finish + 3) end
  else
    for _, pattern in ipairs { "^%b()", "^%b{}", '^"[^"]*"', "^[%w_.]+%b<>", "^[%w_.]+" } do
      finish = finish or select(2, text:find(pattern, from))
    end
  end
  finish = finish or from
  while text:find("^%[%]", finish + 1) do finish = finish + 2 end
  return text:find("^%?", finish + 1) and finish + 1 or finish
end

--- The end of the type that begins at a place.
function read_type(text, from)
  local finish = read_part(text, from)
  while text:find("^|", finish + 1) do finish = read_part(text, finish + 2) end
  return finish
end

--- "string|nil what it is" -> the type, and what comes after it.
local function split_type(text)
  local finish = read_type(text, 1)
  return text:sub(1, finish), (text:sub(finish + 1):gsub("^[;%s]+", ""))
end

--- "name? type text", as of a parameter or a field.
local function named_value(rest)
  local name, mark, tail = rest:match("^(%[[^%]]+%])(%??)%s+(.*)$")
  if not name then name, mark, tail = rest:match("^([%w_.]+)(%??)%s+(.*)$") end
  local kind, text = split_type(tail)
  return { name = name, type = mark == "?" and kind .. "|nil" or kind, text = text }
end

--- "integer|nil ms milliseconds since 1970"
local function result(rest)
  local kind, tail = split_type(rest)
  local name, text = tail:match("^([%w_.]+)%s*(.*)$")
  return { name = name, type = kind, text = text or "" }
end

--- The places of the commas that separate "key: string, f?: fun(): any".
local function list_of(text, read)
  local list, from = {}, 1
  while from <= #text do
    local head = select(2, text:find("^[%w_.]+%??: ?", from))
    local finish = read_type(text, (head or from - 1) + 1)
    list[#list + 1] = read(text:sub(from, finish))
    from = select(2, text:find("^, ?", finish + 1))
    if not from then break end
    from = from + 1
  end
  return list
end

local function inner_param(text)
  local name, mark, kind = text:match("^([%w_.]+)(%??): ?(.*)$")
  return { name = name or text, type = (kind or "any") .. (mark == "?" and "|nil" or ""), text = "" }
end

--- "fun(key: string, f: (fun(): any)): any, boolean"
local function call_of(text)
  local finish = select(2, text:find("^fun%b()"))
  local results = text:sub(finish + 1):match("^: (.*)$") or ""
  -- What stands in brackets as a whole is one iterator.
  return { params = list_of(text:sub(5, finish - 1), inner_param),
    returns = list_of(results, function(kind) return { type = kind, text = "" } end) }
end

--- The annotations of one block by tag, and its prose.
local function read_block(lines)
  local block = { lines = {}, fields = {}, params = {}, returns = {} }
  for _, line in ipairs(lines) do
    local tag, rest = line:match("^%-%-%-@(%w+)%s*(.*)$")
    if tag == "param" then block.params[#block.params + 1] = named_value(rest)
    elseif tag == "return" then block.returns[#block.returns + 1] = result(rest)
    elseif tag == "field" then block.fields[#block.fields + 1] = named_value(rest)
    elseif tag == "overload" then block.call = call_of(rest)
    elseif tag == "class" or tag == "alias" then block[tag] = rest
    elseif line:find("^%-%-%-|") then
      block.values = block.values or {}
      table.insert(block.values, line:match("^%-%-%-| *(.*)$"))
    elseif not tag then block.lines[#block.lines + 1] = line:match("^%-%-%- ?(.*)$") end
  end
  return block
end

local function class_of(block)
  local name, rest = (block.class or block.alias):match("^([%w_.]+):?%s*(.*)$")
  local class = { name = name, about = rest, fields = block.fields, call = block.call, values = block.values }
  if block.class and block.class:find("^[%w_.]+: ") then
    class.parent, class.about = rest:match("^([%w_.]+)%s*(.*)$")
  end
  if block.alias and not block.values then class.values, class.about = { rest }, "" end
  return class
end

--- What a file of definitions declares.
---@param text string Lua, as lofty.manual.editor writes it
---@param module string what its table is, "lofty.time"
---@return lofty.manual.Function[] functions
---@return lofty.manual.Class[] classes
function M.read(text, module)
  local functions, classes, owners, lines = {}, {}, { M = module, lofty = "lofty" }, {}
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    local owner, separator, name, arguments = line:match("^function ([%w_]+)([.:])([%w_.]+)(%b()) end$")
    if line:find("^%-%-%-") then
      lines[#lines + 1] = line
    elseif #lines > 0 then
      local block = read_block(lines)
      if block.class or block.alias then
        classes[#classes + 1] = class_of(block)
        owners[line:match("^local ([%w_]+) = {}$") or ""] = classes[#classes].name
      end
      local table_of, space = line:match("^([%w_]+)%.([%w_]+) = {}$")
      if space then
        classes[#classes + 1] = { name = owners[table_of] .. "." .. space, about = table.concat(block.lines, " "),
          fields = {}, is_space = true }
      end
      lines = {}
      if name then
        block.owner, block.arguments = owners[owner], arguments
        block.name = owners[owner] .. separator .. name
        functions[#functions + 1] = block
      end
    end
  end
  return functions, classes
end

return M
