--- What `loftyrun help TOPIC` prints: codes, operations, helpers, resources, and what Lofty's own names lead to.
local catalogue = require "lofty.catalogue"
local helpers = require "lofty.helpers"
local operations = require "lofty.operations"
local terminal = require "lofty.manual.terminal"
local text = require "native.text"

local M = {}

local WIDTH = 100

--- An operation in one line, or in two where its path is too long for that.
local function line_of(row)
  local line = ("  %-32s %-6s %s"):format(row.name, row.method, row.path)
  if #line <= WIDTH then return line end
  local path = ("%-6s %s"):format(row.method, row.path)
  return ("  %s\n%s%s"):format(row.name, (" "):rep(math.min(35, WIDTH - #path)), path)
end

local function helper_line(helper)
  return terminal.list { { term = ("%-31s"):format(helper.name), text = "helper: " .. helper.summary, depth = 0 } }
end

--- All of one resource: its operations, then its helpers, a line each.
local function describe_resource(resource)
  local lines, items = {}, {}
  for _, name in ipairs(operations.names()) do
    if name:match("^(.+)%.") == resource then lines[#lines + 1] = line_of(operations.find(name)) end
  end
  if #lines == 0 then return nil end
  for _, helper in ipairs(helpers.list()) do
    if helper.name:match("^(.+)%.") == resource then
      items[#items + 1] = { term = helper.name, text = helper.summary, depth = 0 }
    end
  end
  local page = ("lofty.%s\n\n%s\n"):format(resource, table.concat(lines, "\n"))
  return #items == 0 and page or ("%s\nHelpers\n%s\n"):format(page, terminal.list(items))
end

local function describe_operations()
  local lines = {}
  for index, name in ipairs(operations.names()) do lines[index] = line_of(operations.find(name)) end
  return table.concat(lines, "\n") .. "\n"
end

local function describe_helpers()
  local items = {}
  for index, helper in ipairs(helpers.list()) do items[index] = { term = helper.name, text = helper.summary, depth = 0 } end
  return terminal.list(items) .. "\n"
end

local function describe_codes()
  local items = {}
  for index, row in ipairs(catalogue.rows()) do
    items[index] = { term = tostring(row.name or row.number), text = row.meaning, depth = 0 }
  end
  return terminal.list(items) .. "\n"
end

local function modules_page()
  return terminal.render(require("lofty.manual.member").page(require("lofty.manual.reference").find("lofty")[1]))
end

--- What a script can call that is no operation: the page of the only one of that name, else a line for each.
local function describe_member(topic)
  local found = require("lofty.manual.reference").find(topic)
  if #found == 0 then return nil end
  if #found == 1 then return terminal.render(require("lofty.manual.member").page(found[1])) end
  local items = {}
  for index, entry in ipairs(found) do items[index] = { term = entry.name, text = entry.about, depth = 0 } end
  return ("%s is the name of several:\n\n%s\n"):format(topic, terminal.list(items))
end

--- What lists everything of a kind.
local LISTS = { operations = describe_operations, helpers = describe_helpers, codes = describe_codes,
  modules = modules_page,
  grants = function() return require("lofty.guard.manual").page() end,
  licences = function() return require "lofty.checks.licence" end }

--- The list that an iterator such as "leads.each" goes over.
local function listed_by(topic)
  for _, name in ipairs(operations.names()) do
    local resource, verb = name:match("^(.+)%.([^.]+)$")
    local row = operations.find(name)
    if row.page and topic == resource .. "." .. operations.each_name(verb) then return row end
  end
end

--- All that `describe` knows by name: operations, helpers, resources, codes, then codes known only by number, and what
--- else a script can call.
---@return string[]
function M.topics()
  local topics = operations.names()
  for _, helper in ipairs(helpers.list()) do topics[#topics + 1] = helper.name end
  table.move(operations.resources, 1, #operations.resources, #topics + 1, topics)
  for _, name in ipairs(catalogue.names()) do topics[#topics + 1] = name end
  for _, row in ipairs(catalogue.rows()) do
    if not row.name then topics[#topics + 1] = tostring(row.number) end
  end
  local members = require("lofty.manual.reference").names()
  return table.move(members, 1, #members, #topics + 1, topics)
end

--- The nearest of all names; a last part of a name where nothing whole is near.
local function nearest(topic)
  local _, last = require("lofty.manual.reference").names()
  local spelling = topic:find("^[%u%d_]+$") and topic or topic:find("[.:]") and topic or topic:upper()
  return text.nearest(topic, M.topics()) or text.nearest(spelling, M.topics()), text.nearest(topic, last)
end

local function describe_code(topic)
  local row = catalogue.find(topic) or catalogue.find(topic:upper())
  if not row then return nil end
  local parts = {}
  -- A number stands for all names that share it.
  local rows = row.name ~= topic:upper() and catalogue.by_number(row.number) or { row }
  for index, each in ipairs(rows) do parts[index] = terminal.render(require("lofty.manual.code").page(each)) end
  return table.concat(parts, "\n")
end

local function describe_operation(topic)
  local row = operations.find(topic) or listed_by(topic)
  if row then return terminal.render(require("lofty.manual.operation").page(row)) end
  local helper = helpers.find(topic)
  return helper and terminal.render(require("lofty.manual.helper").page(helper))
end

--- Operations found by a path, a title or an operation id of Lofty's: the page of the only one, else a line for each.
local function describe_found(topic)
  local names, exact = require("lofty.manual.search").find(topic)
  if #names == 0 then return nil end
  if exact and #names == 1 then return describe_operation(names[1]) end
  local head = exact and "%s of Lofty's documentation:" or 'Nothing is called "%s" here. These may be meant:'
  local lines = { head:format(topic), "" }
  for _, name in ipairs(names) do
    local row = operations.find(name)
    lines[#lines + 1] = row and line_of(row) or helper_line(helpers.find(name))
  end
  return table.concat(lines, "\n") .. "\n"
end

--- Whether a topic is written as Lofty's documentation writes: a path, several words, an operation id.
local function is_foreign(topic)
  return topic:find("[/ ]") ~= nil or topic:find("%l%u") ~= nil or topic:find("^%l+_%d$") ~= nil
end

local function plain(topic) return (topic:gsub("^lofty%.", ""):gsub("^code%.", "")) end

--- What is called just so.
---@param topic string
---@return string|nil text
function M.describe_exactly(topic)
  local found = topic:find("^lofty%.") and describe_member(topic)
  if found then return found end
  topic = plain(topic)
  if LISTS[topic] then return LISTS[topic]() end
  return describe_code(topic) or describe_operation(topic) or describe_resource(topic) or describe_member(topic)
end

--- Explains a code (by name or number), an operation, a helper, a resource, or what else a script can call;
--- "operations", "helpers", "modules" and "codes" list all of them. What is named as in Lofty's
--- documentation leads to the operations that are meant.
---@param topic string
---@param other string|nil the nearest of the topics that others explain
---@return string|nil text plain, at most 100 columns; nil where there is nothing of that name
---@return string|nil suggestion the nearest name there is
function M.describe(topic, other)
  local found = M.describe_exactly(topic)
  topic = plain(topic)
  found = found or is_foreign(topic) and describe_found(topic)
  if found then return found end
  local near, last = nearest(topic)
  near = near or other or last
  if near then return nil, near end
  return describe_found(topic)
end

return M
