--- A script's text as a tree. Whether it is Lua only Lua itself says; the tree, with the variable that each name stands
--- for, comes from luacheck (runtime/tools/libs.sh finds its modules for the build).
local M = {}

--- A tree takes some hundred times the memory of its text.
M.MOST_BYTES = 4 * 1024 * 1024

---@class lofty.checks.Node of luacheck's tree; a list of nodes and values by position
---@field tag string
---@field line integer
---@field offset integer
---@field end_offset integer
---@field parent lofty.checks.Node|nil
---@field var table|nil of an Id: the local variable, nil for a global
---@field scope lofty.checks.Node|nil the function that it is in; nil in the main chunk

---@class lofty.checks.Source
---@field text string as it was read
---@field code string without what comes before its first line of Lua; lines are those of the text
---@field tree lofty.checks.Node|nil
---@field starts integer[] of its lines, in the tree's offsets
---@field message string|nil why there is no tree
---@field line integer|nil where that is
---@field column integer|nil
---@field end_column integer|nil
---@field partial boolean|nil it is right, and yet there is no tree

--- What Lua gets to see: no byte order mark, and nothing of a first line that begins with #.
local function code_of(text)
  local code = text:gsub("^\xEF\xBB\xBF", "")
  return (code:gsub("^#[^\n]*", ""))
end

local NAME = "=(checked)"

--- Nobody reads what luacheck warns of by the way.
local function new_state()
  local function ignore() return {} end
  return { warn = ignore, warn_range = ignore, warn_var = ignore, offset_to_column = function() return 1 end }
end

local function grow(source)
  local parser = require "luacheck.parser"
  local state = new_state()
  local lines = {}
  source.starts = lines
  state.ast = parser.parse(require("luacheck.decoder").decode(source.code), lines, {})
  state.ast.tag = "Main"
  require("luacheck.stages.linearize").run(state)
  return state.ast
end

local function line_of(text, number)
  local count = 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    count = count + 1
    if count == number then return line end
  end
  return ""
end

--- How many characters the first bytes are.
local function characters(text, bytes)
  text = text:sub(1, bytes)
  return utf8.len(text, 1, -1, true) or #text
end

--- A column for a line that Lua has named: luacheck's, where it stumbles on the same line; else that of the token which
--- the message quotes.
local function find_column(source, line, message, problem)
  if type(problem) == "table" and problem.line == line and problem.offset and source.starts[line] then
    local start = source.starts[line]
    return problem.offset - start + 1, math.max(problem.end_offset, problem.offset) - start + 1
  end
  local text = line_of(source.code, line)
  local token = message:match("near '(.-)'$") or message:match("'(.-)'")
  local first, last
  if token and token ~= "" then first, last = text:find(token, 1, true) end
  if not first then
    local at = message:find("near <eof>", 1, true) and #text + 1 or text:find("%S") or 1
    return characters(text, at - 1) + 1
  end
  local column = characters(text, first - 1) + 1
  return column, column + characters(text:sub(first), last - first + 1) - 1
end

--- Reads a text.
---@param text string
---@param name string as messages call it
---@return lofty.checks.Source
function M.read(text, name)
  local source = { text = text, code = code_of(text), starts = {} }
  if source.code:sub(1, 1) == "\27" then
    source.message, source.line = ("%s is a compiled chunk; loftyrun runs source"):format(name), 1
    return source
  end
  local chunk, message = load(source.code, NAME, "t")
  local fine, tree = false, "the text is too long"
  if #source.code <= M.MOST_BYTES then fine, tree = pcall(grow, source) end
  if not chunk then
    local line, what = message:match("^%(checked%):(%d+): (.*)$")
    source.line, source.message = tonumber(line) or 1, what or message
    -- Lua notices only at the end that a label is missing, and says where it was wanted.
    source.line = tonumber(source.message:match("^no visible label '.-' for .- at line (%d+)$")) or source.line
    local problem = not fine and type(tree) == "table" and tree.err or tree
    source.column, source.end_column = find_column(source, source.line, source.message, problem)
  elseif fine then
    source.tree = tree
  else
    source.partial = true
    source.message = type(tree) == "string" and tree or "the parser does not understand all of it"
  end
  return source
end

return M
