--- The manual's page of one operation, from its row.
local Page = require "lofty.manual.page"
local catalogue = require "lofty.catalogue"
local examples = require "lofty.manual.examples"
local operations = require "lofty.operations"
local replies = require "lofty.replies"
local snippet = require "lofty.snippet"
local values = require "lofty.manual.values"

local M = {}

--- The widest call that is shown with all that is required in it.
local CALL_WIDTH = 90

--- The call with what is required, or where that is long with the table's place only.
local function call_of(row)
  local call = snippet.call(row)
  if #call <= CALL_WIDTH then return call end
  local names = {}
  for index, param in ipairs(row.params or {}) do names[index] = param.name end
  names[#names + 1] = "{ ... }"
  return ("lofty.%s(%s)"):format(row.name, table.concat(names, ", ")):gsub("%(({ %.%.%. })%)$", " %1")
end

local function iterator_of(row)
  local resource, verb = row.name:match("^(.+)%.([^.]+)$")
  return ("lofty.%s.%s"):format(resource, operations.each_name(verb))
end

local function add_paging(page, row)
  if not row.page then return end
  local format = row.page == "none" and "All at once; %s goes over them one by one."
    or "One page; %s goes over all of them."
  page:text(format:format(iterator_of(row)) .. (row.order and " Order: " .. row.order .. "." or ""))
  page:text('The iterator has :take(n), :pages() and :collect{ max = n }; resume = "NAME" among its fields goes on '
    .. "where a run of that name stopped.")
end

local function add_fields(page, heading, spec)
  if not spec or not spec.fields or next(spec.fields) == nil then return end
  local items, marks = values.marked(spec.fields)
  page:heading(heading .. (marks and " (* required)" or "")):list(items)
  local rules = values.rules(spec)
  if #rules > 0 then page:text(table.concat(rules, " ")) end
end

local function add_arguments(page, row)
  if row.params then page:heading("Path, by position"):list(values.positional(row.params)) end
  add_fields(page, "Query", setmetatable({ fields = row.query }, { __index = row.rules }))
  local body = row.body
  local element = body and body.type == "array" and body.of
  add_fields(page, element and "Body, a list of" or "Body", element or body)
  local beside = values.rules { needs = row.needs_by_path }
  if #beside > 0 then page:text(table.concat(beside, " ")) end
end

local function add_result(page, row)
  local spec = replies.of(row)
  page:heading("Returns")
  if not spec then
    page:text("true")
    return
  end
  local element = spec.type == "array" and spec.of or spec
  page:text(row.text and "text" or values.describe(spec))
  if element.fields then page:list(values.items(element.fields)) end
end

local function add_codes(page, codes)
  if not codes or #codes == 0 then return end
  local items = {}
  for _, code in ipairs(codes) do
    local row = catalogue.find(code)
    items[#items + 1] = { term = tostring(code), text = row and row.meaning or "", depth = 0 }
  end
  page:heading("Codes it may raise"):list(items)
end

local function add_habits(page, row)
  if not row.habits then return end
  page:heading("Habits to know")
  for _, sentence in ipairs(row.habits) do page:text(sentence) end
end

--- When a call is made again by itself, by how safe that is (lofty.retry).
local MADE_AGAIN = {
  read = "after every failure that may pass: it changes nothing",
  repeatable = "after every failure that may pass, a lost reply included: done twice, it leaves what it leaves done once",
  once = 'only where Lofty certainly did not do it; where nobody knows, the error says outcome = "unknown"',
}

--- What { verify = true } does at a create; nil where it is not possible.
---@param row table
---@return string|nil
function M.verify(row)
  return row.verify and ("{ verify = true } as the last argument: where the reply is lost, looks for %s, and returns it; "
    .. "where nothing like it shows for 30 s (90 s after a timeout, 408, 502, 503 or 504), creates it again, once; in "
    .. "doubt raises as without the option."):format(row.verify)
end

local function add_retries(page, row)
  page:heading("Made again by itself"):text(MADE_AGAIN[require("lofty.retry").safety(row)])
  if row.verify then page:text(M.verify(row)) end
end

local function add_helpers(page, row)
  local items = {}
  for _, helper in ipairs(require("lofty.helpers").list()) do
    for _, name in ipairs(helper.uses) do
      if name == row.name then
        items[#items + 1] = { term = "lofty." .. helper.name, text = helper.summary, depth = 0 }
      end
    end
  end
  if #items > 0 then page:heading("Safer"):list(items) end
end

--- The page of an operation.
---@param row table as lofty.operations finds it
---@return lofty.manual.Page
function M.page(row)
  local page = Page.new(row.name, ("%s %s"):format(row.method, row.path))
  page:text(page.brief .. (row.deprecated and " (deprecated)" or ""))
  page:code((call_of(row)))
  if row.note then page:text(row.note) end
  local grant = require("lofty.guard.manual").sentence(row.name)
  if grant then page:text(grant) end
  add_paging(page, row)
  add_habits(page, row)
  add_helpers(page, row)
  add_arguments(page, row)
  add_codes(page, row.codes)
  local example = examples.of(row.name)
  if example then page:heading("Example"):code(example) end
  add_result(page, row)
  add_retries(page, row)
  return page
end

return M
