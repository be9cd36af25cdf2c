--- loftyrun check: what is wrong with a script, found without running it. Each kind of mistake is a file beside this one;
--- what they say is what a run would say when it got there, wherever the library says anything.
---
--- Nothing is guessed: what only a run can tell is left to it.
local syntax = require "lofty.checks.syntax"
local trees = require "lofty.checks.tree"

local M = {}

---@class lofty.checks.Finding
---@field file string
---@field line integer
---@field column integer in characters; so is end_column, which is that of the last one
---@field end_column integer
---@field level "mistake"|"note" a note does not fail
---@field code string "syntax", "global", "name", "field", "value", "required", "argument", "option", "code", "cron",
---  "event", "try", "call", "module" or "grant"
---@field message string
---@field suggestion string|nil what was probably meant, to be written in its place

---@class lofty.checks.Header what its comment lines allow
---@field held table<string, boolean>
---@field wrong { line: integer, message: string }[]

local Script = {}
Script.__index = Script

--- Notes a finding about a node.
---@param code string
---@param node lofty.checks.Node
---@param message string
---@param level string|nil "mistake" by default
function Script:report(code, node, message, level)
  local starts = self.source.starts
  local start = starts[node.line] or 1
  local column = node.offset - start + 1
  local last = node.end_offset - start + 1
  local next_line = starts[node.line + 1]
  if next_line and node.end_offset >= next_line then last = next_line - start - 1 end
  -- Where a script asks, as a test of this does, the library has put its line before what it says.
  self:add(code, node.line, column, last, (message:gsub("^%S-:%d+: ", "")), level)
end

--- Notes a finding about a place.
function Script:add(code, line, column, end_column, message, level)
  local key = ("%d:%d:%s"):format(line, column, message)
  if self.seen[key] then return end
  self.seen[key] = true
  self.findings[#self.findings + 1] = { file = self.name, line = line, column = column,
    end_column = math.max(column, end_column), level = level or "mistake", code = code, message = message,
    suggestion = message:match('write "(%-%- loftyrun: [^"]+)"') or message:match('did you mean "([^"]+)"')
      or message:match("did you mean ([%w_.]+)%?") }
end

local function by_place(a, b)
  if a.line ~= b.line then return a.line < b.line end
  if a.column ~= b.column then return a.column < b.column end
  return a.message < b.message
end

--- Modules that are misspelt: those of the program itself are all known.
local function check_modules(script)
  local values = require "lofty.checks.values"
  for node in trees.each(script.tree, "Call") do
    local target = values.of(script, node[1])
    local name = target and target.is == "library" and target.name == "require" and values.text(script, node[2])
    local is_ours = name and (name == "lofty" or name:find("^lofty%."))
    if is_ours and not script.is_embedded(name) and not script.is_beside(name) then
      local near = require("native.text").nearest(name, { "lofty", "lofty.args", "lofty.chores", "lofty.csv",
        "lofty.lead_csv", "lofty.spelling" })
      script:report("module", node[2], ("there is no module %q%s"):format(name,
        near and ("; did you mean %q?"):format(near) or ""))
    end
  end
end

local CALL_CHECKS = { "operations", "registrations", "options" }
local CHECKS = { "globals", "names", "codes", "tries", "loops" }

local function look(script)
  for _, name in ipairs { "globals", "names" } do require("lofty.checks." .. name).prepare(script) end
  for _, name in ipairs(CHECKS) do require("lofty.checks." .. name).run(script) end
  check_modules(script)
  for _, call in ipairs(require("lofty.checks.calls").all(script)) do
    for _, name in ipairs(CALL_CHECKS) do require("lofty.checks." .. name).check(script, call) end
  end
end

--- Whether a file is loaded by others: it ends with what it gives them. Its comments grant nothing, and are not read.
local function is_module(script)
  local last = script.tree and script.tree.main[#script.tree.main]
  return last ~= nil and last.tag == "Return" and #last > 0
end

local function header_findings(script, header)
  for _, wrong in ipairs(header.wrong) do
    local number = 0
    for text in (script.source.text .. "\n"):gmatch("(.-)\n") do
      number = number + 1
      if number == wrong.line then
        local quoted = wrong.message:match('^there is no grant "(.-)"')
        local first, last = text:find(quoted or "%-%-%s*", 1, quoted ~= nil)
        if not quoted then first, last = (last or 0) + 1, #text:gsub("%s+$", "") end
        local column = utf8.len(text, 1, first or 1, true) or first or 1
        script:add("grant", number, column, column + math.max((last or 1) - (first or 1), 0), wrong.message)
        break
      end
    end
  end
end

--- Everything that is found in a script.
---@param name string of the file, as messages call it
---@param text string
---@param header lofty.checks.Header
---@param is_embedded fun(module: string): boolean
---@return lofty.checks.Finding[] in the order of the text
---@return string|nil unlooked why only its syntax was looked at
function M.find(name, text, header, is_embedded)
  local source = syntax.read(text, name)
  local script = setmetatable({ name = name, source = source, findings = {}, seen = {}, globals = {}, replaced = {},
    is_embedded = is_embedded }, Script)
  function script.is_beside(module)
    local folder = name:match("^(.*/)") or ""
    return package.searchpath(module, ("%s?.lua;%s?/init.lua;%s"):format(folder, folder, package.path)) ~= nil
  end
  if source.tree then script.tree, script.lofty = trees.of(source.tree), require "lofty" end
  script.is_module = is_module(script)
  if not script.is_module then header_findings(script, header) end
  if source.tree then
    look(script)
    require("lofty.checks.grants").run(script, header.held)
  elseif not source.partial then
    script:add("syntax", source.line, source.column or 1, source.end_column or 1, source.message)
  end
  table.sort(script.findings, by_place)
  return script.findings, source.partial and source.message or nil
end

return M
