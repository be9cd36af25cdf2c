--- What is typed at the prompt becomes a function. An expression gives its values; what is not finished says so; a local
--- of the input's top level stays for the inputs after it, the same variable that functions of its own input have.
---
--- How a local stays: the input is compiled as a function inside another one that has the session's locals, and those
--- are joined to the variables of earlier inputs. Behind the input stands a call that hands over a function which names
--- every local that the input declares: the ones that are upvalues of it are those of the top level.
local M = {}

---@class lofty.prompt.Scope
---@field env table what is global to inputs
---@field names string[] the session's locals, oldest first
---@field variables table<string, { f: function, index: integer }>

--- Lua has room for 200 locals in a function; the oldest of more than these become globals.
local MOST_LOCALS = 150

local AT_ONCE = 50

local KEEP = "__keep_locals"

local function has_name(names, wanted)
  for _, name in ipairs(names) do
    if name == wanted then return true end
  end
  return false
end

local function upvalue_named(f, wanted)
  for index = 1, 255 do
    local name = debug.getupvalue(f, index)
    if not name then return nil end
    if name == wanted then return index end
  end
end

--- Makes a variable the session's local of that name.
---@param scope lofty.prompt.Scope
---@param name string
---@param f function
---@param index integer of its upvalue
function M.adopt(scope, name, f, index)
  if name == "_" or name == "_err" then return end -- those stay what the last input gave
  if not has_name(scope.names, name) then table.insert(scope.names, name) end
  scope.variables[name] = { f = f, index = index }
  while #scope.names > MOST_LOCALS do
    local oldest = table.remove(scope.names, 1)
    rawset(scope.env, oldest, M.value(scope, oldest))
    scope.variables[oldest] = nil
  end
end

--- Gives the session a local of its own with that value.
---@param scope lofty.prompt.Scope
---@param name string
---@param value any
function M.set(scope, name, value)
  M.adopt(scope, name, function() return value end, 1)
end

---@param scope lofty.prompt.Scope
---@param name string
---@return any
function M.value(scope, name)
  local variable = scope.variables[name]
  if not variable then return nil end
  local _, value = debug.getupvalue(variable.f, variable.index)
  return value
end

-- What other prompts call it.
local COMMANDS = { help = ".help", exit = ".quit", quit = ".quit" }

--- What a prompt begins with. Globals are those of the run; assigning a new one is fine here, reading one that nobody
--- has set still raises.
---@return lofty.prompt.Scope
function M.scope()
  local globals = _G
  local scope = { names = {}, variables = {} }
  local function get(name) return globals[name] end
  scope.env = setmetatable({}, {
    __index = function(_, name)
      local value = rawget(globals, name)
      if value ~= nil or name == "_" or name == "_err" then return value end
      local ok, found = pcall(get, name)
      if ok then return found end
      if COMMANDS[name] then error(('undefined global "%s"; did you mean %s?'):format(name, COMMANDS[name]), 2) end
      error(tostring(found):gsub("^[^:]+:%d+: ", ""), 2)
    end,
    __newindex = function(env, name, value)
      rawset((name == "_" or name == "_err") and env or globals, name, value)
    end,
  })
  scope.env[KEEP] = nil
  rawset(scope.env, KEEP, function(f, declared, constants)
    for index = 1, 255 do
      local name = debug.getupvalue(f, index)
      if not name then break end
      if has_name(declared, name) then M.adopt(scope, name, f, index) end
    end
    -- What the compiler has put in the place of a name is no variable.
    for name, read in pairs(constants) do
      local ok, value = pcall(read)
      if ok and value ~= nil and not upvalue_named(f, name) and rawget(globals, name) == nil then
        M.set(scope, name, value)
      end
    end
  end)
  return scope
end

--- The names that follow `local` anywhere in a text. One in a comment or an inner block does no harm: it is no upvalue.
local function declared_in(text)
  local names, seen = {}, {}
  local function add(name)
    if not seen[name] and load("local " .. name) then
      names[#names + 1], seen[name] = name, true
    end
  end
  for name in text:gmatch("%f[%w_]local%s+function%s+([%a_][%w_]*)") do add(name) end
  for list in text:gmatch("%f[%w_]local%s+([%a_][%w_%s,<>]*)") do
    for name in list:gsub("<%s*%a+%s*>", ""):gmatch("[%a_][%w_]*") do
      -- The list ends where a name follows without a comma: that is the next statement.
      add(name)
    end
  end
  return names
end

--- "{y=function() return y end}" of the names that are declared as constants.
local function constants_in(text)
  local parts = {}
  for name in text:gmatch("([%a_][%w_]*)%s*<%s*const%s*>") do
    parts[#parts + 1] = ("%s=function() return %s end"):format(name, name)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

--- The text that is compiled: the first line stays the first.
local function wrapped(scope, text, declared)
  local parts = {}
  if #scope.names > 0 then parts[1] = "local " .. table.concat(scope.names, ",") .. "; " end
  parts[#parts + 1] = "return function(...) " .. text
  -- A function cannot name any number of variables.
  for first = 1, #declared, AT_ONCE do
    local last = math.min(first + AT_ONCE - 1, #declared)
    parts[#parts + 1] = ("\n%s(function() return %s end, {%s}, %s)"):format(KEEP,
      table.concat(declared, ",", first, last), '"' .. table.concat(declared, '","', first, last) .. '"',
      first == 1 and constants_in(text) or "{}")
  end
  parts[#parts + 1] = "\nend"
  return table.concat(parts)
end

local function join(scope, f)
  for name, variable in pairs(scope.variables) do
    local index = upvalue_named(f, name)
    if index then debug.upvaluejoin(f, index, variable.f, variable.index) end
  end
  return f
end

local function build(scope, text, chunk_name, declared)
  local outer = load(wrapped(scope, text, declared), chunk_name, "t", scope.env)
  return outer and join(scope, outer())
end

--- A text in quotes ends with its line, unless a backslash stands there.
local function is_unfinished(message, text)
  if message:find("unfinished string near", 1, true) then return text:find("\\%s*$") ~= nil end
  return message:find("<eof>'?$") ~= nil
end

--- A file without the mark that some editors begin it with, and with its first line as a comment where that begins with #.
local function plain(text)
  text = text:gsub("^\239\187\191", "")
  return text:sub(1, 1) == "#" and "--" .. text or text
end

--- Which of two messages helps: of what begins as no statement can, the expression's.
local function better(statement, expression, text)
  local first = text:match("^%s*([%a_][%w_]*)") or text:match("^%s*(%S)") or ""
  local near = statement:match("near '(.-)'$") or ""
  return near ~= "" and near:sub(1, #first) == first and expression or statement
end

--- Compiles an input.
---@param scope lofty.prompt.Scope
---@param text string
---@param chunk_name string|nil of a file; what is typed has none
---@return function|nil f
---@return "expression"|"statement"|"unfinished"|string kind or, without a function, what is wrong
---@return string|nil what of one that is unfinished: what Lua says of its end
function M.compile(scope, text, chunk_name)
  if chunk_name then text = plain(text) end
  chunk_name = chunk_name or "=input"
  local is_marked = text:find("^%s*=[^=]") or text:find("^%s*=$")
  local expression = "return " .. (is_marked and text:gsub("^%s*=", "", 1) or text)
  local as_expression, why_not = load(expression, chunk_name, "t", scope.env)
  if as_expression then
    return build(scope, expression, chunk_name, {}) or as_expression, "expression"
  end
  if is_marked then return nil, is_unfinished(why_not, text) and "unfinished" or why_not, why_not end
  local as_statement, message = load(text, chunk_name, "t", scope.env)
  if not as_statement then
    if is_unfinished(message, text) then return nil, "unfinished", message end
    if is_unfinished(why_not, text) then return nil, "unfinished", why_not end
    return nil, better(message, why_not, text)
  end
  local declared = text:find("_ENV", 1, true) and {} or declared_in(text)
  -- Behind a return nothing can stand: then its locals end with it.
  return build(scope, text, chunk_name, declared) or build(scope, text, chunk_name, {}) or as_statement, "statement"
end

return M
