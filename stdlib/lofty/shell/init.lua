--- `loftyrun api`: one call from the shell. The words become an operation and its arguments, with the types that its
--- row says; everything is checked before anything is sent; the result is written in the form that was asked for.
local arguments = require "lofty.shell.arguments"
local client = require "lofty.client"
local output = require "lofty.shell.output"
local prepare = require("lofty.shell.call").prepare
local paths = require "lofty.shell.paths"
local target = require "lofty.shell.target"
local usage = require "lofty.shell.usage"

local M = {}

local function new_filter(call, options)
  if not options.filter then return nil end
  local known = call.item and call.item.fields or {}
  return require("lofty.shell.filter").new(options.filter, known)
end

--- Writes the items that the filter lets through, at most `options.max` of them.
local function write_items(call, options, filter, next_item)
  local sink = output.open(options, call.row.id, call.item)
  for item in next_item do
    if not filter or filter:accepts(item, call.row.id) then sink:item(item) end
    if sink.count == options.max then break end
  end
  sink:finish()
  if filter then filter:report() end
end

--- All pages, one in memory.
local function run_each(call, options, filter)
  local row, given = call.row, call.arguments
  local each = usage.guard(call.hint, require("lofty.each").each, row.name, row, table.unpack(given, 1, given.n))
  if options.max and not filter then each = each:take(options.max) end
  write_items(call, options, filter, function() return each() end)
end

local function iterate(items)
  local index = 0
  return function()
    index = index + 1
    return items[index]
  end
end

--- How many items the whole list has, or true where there are more but nobody says how many.
local function remaining(row, count, metadata, fields)
  metadata = metadata or {}
  local total = math.tointeger(tonumber(metadata.total or metadata.totalCount))
  if total then return total > count and total end
  local more = metadata.hasMore
  if more ~= nil then return more == true or more == 1 end
  if metadata.nextCursor ~= nil then return true end
  local style = require("lofty.paging")[row.page]
  local size = style and style.size
  local spec = size and (row.query or row.body.fields or {})[size]
  local asked = type(fields) == "table" and fields[size or ""] or spec and spec.default or style and style.fixed
  asked = math.tointeger(tonumber(asked))
  return asked ~= nil and count >= asked
end

--- A page is not the list: says so where there is more.
local function report_page(call, options, count, metadata)
  if not call.row.page or call.row.page == "none" then return end
  local more = remaining(call.row, count, metadata, call.arguments[#(call.row.params or {}) + 1])
  if not more then return end
  local seen = options.filter and "the filter saw " or ""
  if more == true then
    usage.say(("%s%d items, and there may be more; --all reads them all"):format(seen, count))
  else
    usage.say(("%s%d of %d items; --all reads them all"):format(seen, count, more))
  end
end

local function run_once(call, options, filter)
  local row, given = call.row, call.arguments
  local result, metadata = client.call(row.name, row, table.unpack(given, 1, given.n))
  if result == true then return end
  if row.text then return output.text(result) end
  if not paths.is_array(result) then
    if filter and not filter:accepts(result) then return end
    return output.open(options, row.id, call.item):single(result)
  end
  write_items(call, options, filter, iterate(result))
  report_page(call, options, #result, metadata)
end

--- Runs the command.
---@param ... string options as names and values by turns, "--", the words
function M.run(...)
  local options, words = arguments.read { ... }
  local call = prepare(target.find(words, options.unchecked), options)
  local filter = new_filter(call, options)
  if options.all or options.max and call.row.page then
    run_each(call, options, filter)
  else
    run_once(call, options, filter)
  end
end

return M
