--- The manual's page of one safe helper (lofty.helpers).
local Page = require "lofty.manual.page"
local examples = require "lofty.manual.examples"
local values = require "lofty.manual.values"

local M = {}

local function marked(fields)
  local items = values.items(fields)
  for _, item in ipairs(items) do
    if item.required then item.term = item.term .. " *" end
  end
  return items
end

--- The page of a helper.
---@param helper lofty.Helper
---@return lofty.manual.Page
function M.page(helper)
  local page = Page.new(helper.name, helper.summary)
  page:text(helper.summary):code("lofty." .. helper.usage)
  if helper.habits then page:heading("What it guarantees") end
  for _, sentence in ipairs(helper.habits or {}) do page:text(sentence) end
  if #helper.params > 0 then
    local items = {}
    for _, param in ipairs(helper.params) do
      items[#items + 1] = { term = param.name .. " *", text = values.describe(param), depth = 0 }
    end
    page:heading("By position"):list(items)
  end
  if helper.fields and next(helper.fields) then page:heading("Fields (* required)"):list(marked(helper.fields)) end
  page:heading("Returns"):text(helper.returns)
  page:heading("Made of"):text(table.concat(helper.uses, ", "))
  if #helper.raises > 0 then page:heading("Codes to branch on"):text(table.concat(helper.raises, ", ")) end
  local example = examples.of(helper.name)
  if example then page:heading("Example"):code(example) end
  return page
end

return M
