--- Where results go: to standard output, in one of the forms of --output. A list is written item by item as it comes,
--- whatever its length; at most the first hundred items are held back, where columns have to be found in them.
local csv = require "lofty.shell.csv"
local json = require "lofty.shell.json"
local nearest = require("native.text").nearest
local paths = require "lofty.shell.paths"
local table_layout = require "lofty.shell.table"
local usage = require "lofty.shell.usage"
local wording = require "lofty.wording"

local M = {}

--- So many items are looked at before the columns are settled.
local SAMPLE = 100

---@class lofty.shell.Sink
---@field options lofty.shell.Options
---@field tree lofty.shell.Node|nil what of each item is wanted; nil: all
---@field names string[]|nil the columns, once they are settled
---@field id string|nil the member that is an item's id
---@field documented string[] paths that an item has by its description
---@field count integer items so far
---@field held any[] items that wait for the columns
---@field stray table<string, boolean> members that had no column
---@field last any the last item

--- Writes to standard output, and raises where that cannot take it: a full disk, a reader that went away.
local function put(text)
  -- A write can succeed into a buffer that is then lost on its way out. Only print, the host's, hears of that; what does
  -- not end a line is heard of with the next that does, or when the run ends.
  if text:sub(-1) == "\n" then
    local ok, why = pcall(print, text:sub(1, -2))
    if not ok then error(why, 0) end
  else
    local ok, why = io.stdout:write(text)
    if not ok then error("cannot write to standard output: " .. tostring(why), 0) end
  end
end

--- Members that are not objects get a column all the same.
local function as_object(item)
  return type(item) == "table" and not paths.is_array(item) and item or { value = item }
end

local function cells_of(sink, item)
  local cells = {}
  paths.fill(sink.tree, as_object(item), cells, not sink.options.fields and sink.note_stray or nil)
  return cells
end

--- Which columns there are: those that were asked for, or all that items have by their description and those that the
--- items held back have besides. The id comes first, then the rest by name.
local function settle(sink, documented)
  sink.names = sink.options.fields
  if sink.names then return end
  local names = table.move(documented, 1, #documented, 1, {})
  local tree = paths.tree_of(names)
  for _, item in ipairs(sink.held) do paths.extend(tree, as_object(item), names) end
  table.sort(names, function(a, b)
    if (a == sink.id) ~= (b == sink.id) then return a == sink.id end
    return a < b
  end)
  sink.names, sink.tree = names, paths.tree_of(names)
end

--- One form: begin(sink) once the first items are there, item(sink, item), finish(sink), single(sink, value).
local forms = {}

forms.json = {
  item = function(sink, item)
    put(sink.count == 1 and "[\n" or ",\n")
    put("  " .. json.readable(item, sink.tree, 1))
  end,
  finish = function(sink) put(sink.count == 0 and "[]\n" or "\n]\n") end,
  single = function(sink, value) put(json.readable(value, sink.tree) .. "\n") end,
}

forms.jsonl = {
  item = function(sink, item) put(json.compact(item, sink.tree) .. "\n") end,
  finish = function() end,
  single = function(sink, value) put(json.compact(value, sink.tree) .. "\n") end,
}

local function csv_form(plain)
  return {
    samples = true,
    begin = function(sink)
      settle(sink, sink.documented)
      if #sink.names > 0 then put((plain and "" or csv.BYTE_ORDER_MARK) .. csv.header(sink.names)) end
    end,
    item = function(sink, item) put(csv.line(cells_of(sink, item), #sink.names, plain)) end,
    finish = function() end,
  }
end

forms.csv, forms["csv-plain"] = csv_form(false), csv_form(true)

forms.table = {
  samples = true,
  begin = function(sink)
    settle(sink, {})
    if #sink.held == 0 then return end
    if not sink.options.fields then
      sink.names = table_layout.by_interest(sink.names, sink.id)
      sink.tree = paths.tree_of(sink.names)
    end
    local rows = {}
    for index, item in ipairs(sink.held) do rows[index] = cells_of(sink, item) end
    sink.columns, sink.hidden = table_layout.layout(sink.names, rows, sink.options.width, sink.options.fields ~= nil)
    put(table_layout.header(sink.columns))
  end,
  item = function(sink, item) put(table_layout.row(sink.columns, cells_of(sink, item))) end,
  finish = function(sink)
    if sink.count == 0 then usage.say("no items") end
    if (sink.hidden or 0) > 0 then
      local noun = sink.hidden == 1 and "column has" or "columns have"
      usage.say(("%d more %s no room; --fields NAME,NAME chooses"):format(sink.hidden, noun))
    end
  end,
  single = function(sink, value)
    if type(value) ~= "table" then return put(table_layout.cell(value) .. "\n") end
    sink.held = { value }
    settle(sink, {})
    put(table_layout.sheet(sink.names, cells_of(sink, value), sink.options.width))
  end,
}

local Sink = {}
Sink.__index = Sink

---@param options lofty.shell.Options
---@param id string|nil
---@param spec table|nil of one item
---@return lofty.shell.Sink
function M.open(options, id, spec)
  local sink = setmetatable({ options = options, id = id, count = 0, held = {}, stray = {} }, Sink)
  sink.form = forms[options.output]
  sink.tree = options.fields and paths.tree_of(options.fields)
  sink.documented = spec and spec.type == "object" and paths.of_spec(spec) or {}
  sink.note_stray = function(path) sink.stray[path] = true end
  return sink
end

--- Writes what was held back.
local function release(sink)
  local held = sink.held
  if sink.form.begin then sink.form.begin(sink) end
  sink.held = nil
  for _, item in ipairs(held) do sink.form.item(sink, item) end
end

--- Takes one item of a list.
---@param item any
function Sink:item(item)
  self.count, self.last = self.count + 1, item
  if not self.form.samples then return self.form.item(self, item) end
  if not self.held then return self.form.item(self, item) end
  self.held[#self.held + 1] = item
  if #self.held == SAMPLE then release(self) end
end

--- Says which of the names given to --fields nothing had, and ends with exit code 1 then: a column that stays empty
--- because its name is misspelt must not look like a result.
local function report_unseen(sink)
  if not sink.options.fields or sink.last == nil then return end
  local unseen = false
  local known = table.move(sink.documented, 1, #sink.documented, 1, {})
  paths.extend(paths.tree_of(known), as_object(sink.last), known)
  paths.each_unseen(sink.tree, function(path)
    if paths.is_known(sink.documented, path) then return end
    local near = nearest(path, known)
    usage.say(("--fields: nothing has %s%s"):format(wording.quoted(path),
      near and ("; did you mean %s?"):format(wording.quoted(near)) or ""))
    unseen = true
  end)
  if unseen then os.exit(1) end
end

--- Says which members had no column, because they first came after the columns were settled.
local function report_stray(sink)
  local names = wording.sorted_keys(sink.stray)
  if #names == 0 or sink.options.output == "table" then return end
  usage.say(("left out, because no item among the first %d has them: %s; name them with --fields")
    :format(SAMPLE, table.concat(names, ", ", 1, math.min(#names, 20)) .. (#names > 20 and ", ..." or "")))
end

--- Ends a list.
function Sink:finish()
  if self.form.samples and self.held then release(self) end
  self.form.finish(self)
  report_stray(self)
  report_unseen(self)
end

--- Takes a result that is no list.
---@param value any
function Sink:single(value)
  self.last = value
  if self.form.single then
    self.form.single(self, value)
    report_unseen(self)
  else
    self:item(value)
    self:finish()
  end
end

--- Writes text as it came.
---@param text string
function M.text(text)
  put(text)
end

return M
