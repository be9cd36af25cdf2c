--- What an expression certainly is. Names are followed to the one place where they get their value, and members of what
--- the program itself offers are looked up in it. Whatever is not certain is nil, and nobody guesses.
local json = require "native.json"
local trees = require "lofty.checks.tree"

local M = {}

---@class lofty.checks.Value
---@field is "constant"|"lofty"|"module"|"library"|"table"|"each"|"error"|"function"
---@field value any of a constant; of what is lofty's or Lua's own, the thing itself
---@field path string|nil of something in lofty: "leads.update", "" for lofty
---@field name string|nil of a module or a library
---@field node lofty.checks.Node|nil of a table's constructor, or a function
---@field call lofty.checks.Node|nil of an iterator
---@field sure boolean|nil of what try gives second: it is an error or nil, and no second result of the script's own function

---@class lofty.checks.Script all that the checks know of one script
---@field name string
---@field source lofty.checks.Source
---@field tree lofty.checks.Tree
---@field lofty table the library itself
---@field replaced table<string, boolean> paths in lofty that the script sets
---@field globals table<string, boolean> globals that the script sets, anywhere
---@field is_module boolean whether others load it
---@field is_embedded fun(module: string): boolean
---@field report fun(self: lofty.checks.Script, code: string, node: lofty.checks.Node, message: string, level: string|nil)

local function constant(value) return { is = "constant", value = value } end

local evaluators = {}

--- What the expression is; nil where that is not certain.
---@param script lofty.checks.Script
---@param node lofty.checks.Node|nil
---@param place integer|nil which of its values; the first by default
---@return lofty.checks.Value|nil
function M.of(script, node, place)
  local evaluate = node and evaluators[node.tag]
  return evaluate and evaluate(script, node, place or 1)
end

--- The constant that the expression is. nil is one too, so whether it is one comes first.
---@param script lofty.checks.Script
---@param node lofty.checks.Node|nil
---@return boolean is
---@return any value
function M.constant(script, node)
  local value = M.of(script, node)
  if value and value.is == "constant" then return true, value.value end
  return false
end

--- The text that the expression is; nil where it is none for certain.
---@param script lofty.checks.Script
---@param node lofty.checks.Node|nil
---@return string|nil
function M.text(script, node)
  local is, value = M.constant(script, node)
  return is and type(value) == "string" and value or nil
end

function evaluators.String(_, node) return constant(node[1]) end
function evaluators.True() return constant(true) end
function evaluators.False() return constant(false) end
function evaluators.Nil() return constant(nil) end

function evaluators.Number(_, node)
  local number = tonumber(node[1])
  return number and constant(number)
end

function evaluators.Table(_, node) return { is = "table", node = node } end
function evaluators.Function(_, node) return { is = "function", node = node } end
function evaluators.Paren(script, node) return M.of(script, node[1]) end

function evaluators.Op(script, node)
  local is, left = M.constant(script, node[2])
  if node[1] == "unm" and is and type(left) == "number" then return constant(-left) end
  if node[1] ~= "concat" or not is then return nil end
  local also, right = M.constant(script, node[3])
  local are_texts = also and type(left) == "string" and type(right) == "string"
  return are_texts and constant(left .. right) or nil
end

--- A local variable that gets its values in one place, or the same kind of value in all.
local function of_variable(script, var)
  local definitions = var.known and var.known.definitions or {}
  if var.evaluating or #definitions == 0 then return nil end
  var.evaluating = true
  local first = definitions[1]
  local value = first.node and M.of(script, first.node, first.place)
  for index = 2, #definitions do
    local other = definitions[index].node and M.of(script, definitions[index].node, definitions[index].place)
    -- Errors of several calls in one variable are errors, all of them; two of anything else may be anything.
    local are_errors = value and other and value.is == "error" and other.is == "error"
    value = are_errors and { is = "error", sure = value.sure and other.sure } or nil
  end
  var.evaluating = nil
  return value
end

--- A global of Lua's own that the script leaves alone.
local function of_global(script, name)
  local value = rawget(_G, name)
  if script.globals[name] or value == nil then return nil end
  if name == "_VERSION" then return nil end
  return { is = "library", name = name, value = value }
end

function evaluators.Id(script, node)
  if node.var then return of_variable(script, node.var) end
  return of_global(script, node[1])
end

--- Whether a table that the script makes is what its constructor says wherever it is read: all that is done with its name
--- is reading members by a name that is written there.
local function is_settled(name)
  local var = name.var
  if not var then return false end
  if var.settled ~= nil then return var.settled end
  var.settled = #var.known.definitions == 1
  for _, use in ipairs(var.known.uses) do
    local index = use.parent
    local reads = index.tag == "Index" and index[1] == use and not trees.is_assigned(index)
      and index[2].tag == "String"
    if not reads then var.settled = false end
  end
  return var.settled
end

--- The value that a constructor gives to a key; nil where there is none, several, or one that is not certain.
local function member_of(script, constructor, key)
  local found
  for _, member in ipairs(constructor) do
    if member.tag == "Pair" then
      local is, name = M.constant(script, member[1])
      if not is or found and name == key then return nil end
      if name == key then found = member[2] end
    end
  end
  return found and M.of(script, found)
end

local function of_lofty(script, base, key)
  local path = base.path == "" and tostring(key) or base.path .. "." .. tostring(key)
  if script.replaced[path] then return nil end
  local fine, value = pcall(function() return base.value[key] end)
  if not fine or value == nil then return nil end
  if value == json.null then return constant(value) end
  return { is = "lofty", path = path, value = value }
end

function evaluators.Index(script, node)
  local is, key = M.constant(script, node[2])
  if not is or type(key) ~= "string" then return nil end
  local base = M.of(script, node[1])
  if not base then return nil end
  if base.is == "lofty" and type(base.value) == "table" then return of_lofty(script, base, key) end
  if base.is == "library" and type(base.value) == "table" then
    local value = base.value[key]
    local name = base.name .. "." .. key
    if name:sub(1, 3) == "_G." then return of_global(script, key) end
    return value ~= nil and not script.globals[name] and { is = "library", name = name, value = value } or nil
  end
  if base.is == "table" and node[1].tag == "Id" and is_settled(node[1]) then
    return member_of(script, base.node, key)
  end
end

local function of_require(script, call)
  local name = M.text(script, call[2])
  if name == "lofty" then return { is = "lofty", path = "", value = script.lofty } end
  return name and { is = "module", name = name } or nil
end

--- The results of some calls, by what is called.
local function of_call(script, node, place)
  local target = M.of(script, node[1])
  if not target then return nil end
  if target.is == "library" and target.name == "require" and place == 1 then return of_require(script, node) end
  if target.is ~= "lofty" then return nil end
  if target.path == "try" and place == 2 then
    local called = M.of(script, node[2])
    return { is = "error", sure = called ~= nil and called.is == "lofty" }
  end
  if place ~= 1 then return nil end
  if target.path == "array" then return M.of(script, node[2]) end
  if target.path:find("^each[^.]*$") or target.path:find("%.each[^.]*$") then return { is = "each", path = target.path, call = node } end
end

function evaluators.Call(script, node, place) return of_call(script, node, place) end

--- The first ones of an iterator are an iterator.
function evaluators.Invoke(script, node, place)
  if place ~= 1 or node[2][1] ~= "take" then return nil end
  local base = M.of(script, node[1])
  return base and base.is == "each" and base or nil
end

return M
