--- From a target and the words behind it to a call that has been checked: nothing is sent before all of it is right.
local arguments = require "lofty.shell.arguments"
local client = require "lofty.client"
local json = require "native.json"
local paging = require "lofty.paging"
local replies = require "lofty.replies"
local typing = require "lofty.shell.typing"
local usage = require "lofty.shell.usage"
local wording = require "lofty.wording"

local M = {}

---@class lofty.shell.Call
---@field row table the operation
---@field arguments table what a script would pass to it, packed
---@field hint string|nil a command that tells more about the operation
---@field item table|nil spec of the result, or of one item where it is a list; nil where it is not known
---@field is_list boolean|nil nil where nobody knows

local function read_body(text)
  if text == "" then usage.fail("--body is empty; write JSON, @FILE or @- for standard input") end
  local path = text:match("^@(.+)$")
  if not path then return typing.json("--body", text) end
  local stream, why = io.stdin, nil
  if path ~= "-" then stream, why = io.open(path, "rb") end
  local content
  if stream then content, why = stream:read("a") end
  if not content then usage.fail(("--body: cannot read %s"):format(why or path)) end
  return typing.json(path == "-" and "standard input" or path, (content:gsub("^\239\187\191", "")))
end

--- Parts the words into path parameters and fields.
local function split_words(target, hint)
  local row, values, given = target.row, {}, {}
  for _, word in ipairs(target.words) do
    local pair = arguments.pair(word)
    if pair then given[#given + 1] = pair else values[#values + 1] = word end
  end
  local room = target.params and 0 or #(row.params or {})
  if #values > room then
    local takes = room > 0 and (" after its %s"):format(room == 1 and row.params[1].name or room .. " path parameters") or ""
    usage.fail(("%s: unexpected word %s%s; fields are written NAME=VALUE"):format(row.name,
      wording.quoted(values[room + 1]), takes), hint)
  end
  return target.params or values, given
end

--- The path parameters with their types.
local function typed_values(row, texts)
  local values = {}
  for index, text in ipairs(texts) do values[index] = typing.value(row.params[index], text, row.params[index].name) end
  return values
end

local function check_body_option(row, options, hint)
  if not options.body or row.body or options.unchecked and row.method ~= "GET" and row.method ~= "DELETE" then return end
  local instead = row.query and next(row.query) and "; its fields are query parameters: NAME=VALUE" or ""
  usage.fail(("%s takes no body%s"):format(row.name, instead), hint)
end

--- Refuses fields that the request has no room for.
local function check_fields(row, asked, options, hint)
  local in_query = asked.query[1]
  if in_query and not row.query and (row.body or row.undocumented) then
    usage.fail(("%s has no query; its fields go into the body: write %s without -q"):format(row.name,
      wording.quoted(in_query.name .. "=" .. in_query.text)), hint)
  end
  local first = in_query or asked.words[1]
  if first and row.body and row.body.type == "array" then
    usage.fail(("%s takes a list: write it as JSON, --body '[{ ... }]'"):format(row.name), hint)
  elseif first and not row.query and not row.body and not options.unchecked then
    usage.fail(("%s takes %s, got %s as well"):format(row.name,
      row.params and "only " .. row.params[1].name or "no fields", wording.quoted(first.name)), hint)
  end
end

--- The fields from --body, -q, the path's query and the words. nil where the operation takes none and got none.
local function read_fields(target, given, options, hint)
  local row = target.row
  local asked = { query = table.move(options.query, 1, #options.query, #target.query + 1, target.query), words = given }
  check_body_option(row, options, hint)
  check_fields(row, asked, options, hint)
  local fields = options.body and read_body(options.body)
  if fields ~= nil and type(fields) ~= "table" then
    usage.fail(("--body must be a JSON object or array, got %s"):format(wording.describe(fields)), hint)
  end
  local all = table.move(given, 1, #given, #asked.query + 1, asked.query)
  if #all == 0 then return fields or (row.query or row.body) and {} or nil end
  if fields and json.is_array(fields) then usage.fail("--body is an array, which has no room for NAME=VALUE", hint) end
  fields = fields or {}
  typing.fill(row.query or row.body and row.body.fields or {}, fields, all)
  return fields
end

--- Checks everything up to the last byte of the request.
local function check(row, ...)
  local values, fields, options = client.arguments(row.name, row, ...)
  if not options.unchecked then values, fields = client.checked(row, values, fields) end
  client.request(row, values, fields)
end

--- Refuses options that would have nothing to do.
local function check_options(call, options)
  local row = call.row
  local idle = options.all and not row.page and "--all"
    or call.is_list == false and (options.max and "--max" or options.filter and "--filter")
  if idle then usage.fail(("%s: %s is for lists, and it gives one result"):format(row.name, idle), call.hint) end
  local style = paging[row.page]
  if options.filter and style and style.items and not options.all and not options.max then
    usage.fail(("%s: a page of it is more than one list; --filter needs --all there"):format(row.name), call.hint)
  end
  local shaped = row.text and (options.output ~= "json" and "-o " .. options.output or options.fields and "--fields")
  if shaped then usage.fail(("%s: its result is text, so %s does not go with it"):format(row.name, shaped)) end
end

--- Makes the call ready; ends the run with exit code 2 where something about it is wrong.
---@param target lofty.shell.Target
---@param options lofty.shell.Options
---@return lofty.shell.Call
function M.prepare(target, options)
  local row = target.row
  local call = { row = row, hint = not row.undocumented and "loftyrun help " .. row.name or nil }
  local spec = not row.undocumented and replies.of(row) or nil
  if row.page or spec and spec.type == "array" then call.is_list = true
  elseif not row.undocumented then call.is_list = false end
  call.item = spec and spec.type == "array" and spec.of or spec
  check_options(call, options)
  local texts, given = split_words(target, call.hint)
  local values = typed_values(row, texts)
  local count = #(row.params or {})
  values[count + 1] = read_fields(target, given, options, call.hint)
  if options.unchecked then
    values[count + 1], values[count + 2] = values[count + 1] or {}, { unchecked = true }
  end
  call.arguments = table.pack(table.unpack(values, 1, count + 2))
  usage.guard(call.hint, check, row, table.unpack(call.arguments, 1, call.arguments.n))
  return call
end

return M
