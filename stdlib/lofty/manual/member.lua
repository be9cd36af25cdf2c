--- The manual's page of a module, a function or a class that is no operation (lofty.manual.reference).
local Page = require "lofty.manual.page"
local prose = require "lofty.manual.prose"
local reference = require "lofty.manual.reference"

local M = {}

--- A class with more fields has a page of its own, and is not shown where it is taken or returned.
local MOST_FIELDS = 16

local function add_prose(page, lines)
  for index, piece in ipairs(prose.pieces(lines)) do
    if piece.is_code then page:code(piece.text, true) else page:text(piece.text, index > 1) end
  end
end

--- What a class is, or else what it has.
local function about(class)
  if class.about ~= "" then return class.about end
  local names = {}
  for index, field in ipairs(class.fields) do names[index] = field.name end
  local text = table.concat(#names > 0 and names or class.values or {}, ", ")
  return text ~= "" and text or "of " .. class.module.name
end

local function item(value)
  return { term = value.name, text = value.text == "" and value.type or value.type .. "; " .. value.text, depth = 0 }
end

local function items_of(values)
  local items = {}
  for index, value in ipairs(values) do items[index] = item(value) end
  return items
end

--- The classes that types name, each once, in their order.
local function classes_in(values, seen, list)
  for _, value in ipairs(values) do
    for name in value.type:gmatch("lofty%.[%w_.]+") do
      local class = reference.class(name)
      if class and not seen[name] then
        seen[name] = true
        list[#list + 1] = class
      end
    end
  end
  return list
end

local function add_values(page, class)
  if class.values and #class.values > 0 then page:code(table.concat(class.values, "\n")) end
end

--- How a call is written: "lofty.once.settle", "csv.rows", "Refusals:count".
local function written(entry)
  local module, name = entry.module, entry.name
  if name:find(":") then return name:match("[^.]+$") end
  if module.is_member or module.name == "lofty" then return name end
  return (name:gsub("^lofty%.", ""):gsub("^test%.", "t."))
end

--- Functions of a module or methods of a class, a line each.
local function function_items(module, owner)
  local items = {}
  for _, each in ipairs(module.functions) do
    if each.owner == owner or each.name:find(owner .. ".", 1, true) == 1 and each.owner ~= each.name:match("^(.+):") then
      items[#items + 1] = { term = written { name = each.name, module = module } .. each.arguments,
        text = prose.sentence(each.lines), depth = 0 }
    end
  end
  return items
end

--- The fields of the classes that a function takes and returns; what is larger is named.
local function add_classes(page, values)
  local seen, others = {}, {}
  local list = classes_in(values, seen, {})
  for index = 1, math.huge do
    local class = list[index]
    if not class then break end
    if class.values then
      page:heading(class.name)
      add_values(page, class)
    elseif #class.fields > MOST_FIELDS then
      others[#others + 1] = { term = class.name, text = about(class), depth = 0 }
    else
      local items, methods = items_of(class.fields), function_items(class.module, class.name)
      table.move(methods, 1, #methods, #items + 1, items)
      page:heading(class.name)
      if class.about ~= "" then page:text(class.about) end
      page:list(items)
      if class.parent then page:text("and those of " .. class.parent) end
      classes_in(class.fields, seen, list)
      classes_in({ { type = class.parent or "" } }, seen, list)
    end
  end
  if #others > 0 then page:heading("See also"):list(others) end
end

--- The arguments of a type "fun(...)", as a signature shows them.
local function arguments_of(call)
  local names = {}
  for index, param in ipairs(call.params) do names[index] = param.name end
  return ("(%s)"):format(table.concat(names, ", "))
end

local function add_signature(page, name, arguments, call)
  page:heading("Call"):code(name .. arguments)
  if #call.params > 0 then page:list(items_of(call.params)) end
  if #call.returns == 0 then return end
  local items = {}
  for index, value in ipairs(call.returns) do
    items[index] = value.name and item(value) or { term = value.type, text = value.text, depth = 0 }
  end
  page:heading("Returns"):list(items)
end

--- The examples in the head of a module that call a function.
local function add_examples(page, entry)
  local tail = entry.name:match("[.:][^.:]+$")
  for _, piece in ipairs(prose.pieces(entry.module.head)) do
    local at = piece.is_code and select(2, piece.text:find(tail, 1, true))
    if at and piece.text:find("^[%s({]", at + 1) then page:heading("Example"):code(piece.text) end
  end
end

local function require_line(module)
  if module.is_member or module.name == "lofty" then return nil end
  return ('local %s = require "%s"'):format(module.name == "lofty.test" and "t" or module.name:match("[^.]+$"),
    module.name)
end

local function function_page(entry)
  local page, called = Page.new(entry.name, entry.about), entry.of
  add_prose(page, called.lines)
  add_signature(page, written(entry), called.arguments, called)
  local values = table.move(called.params, 1, #called.params, 1, {})
  add_classes(page, table.move(called.returns, 1, #called.returns, #values + 1, values))
  add_examples(page, entry)
  return page
end

local function class_page(entry)
  local class = entry.of
  local page = Page.new(entry.name, about(class))
  page:text(class.about ~= "" and class.about or ("Of %s."):format(entry.module.name))
  add_values(page, class)
  if #class.fields > 0 then page:heading("Fields"):list(items_of(class.fields)) end
  local methods = function_items(entry.module, class.name)
  if #methods > 0 then page:heading(class.is_space and "Functions" or "Methods"):list(methods) end
  if class.parent then page:text("It has the fields of " .. class.parent .. ", too.") end
  return page
end

--- The modules, in a line each; what is required apart from what `lofty` has.
local function module_items()
  local items = {}
  for _, entry in ipairs(reference.entries()) do
    if entry.kind == "module" and entry.name ~= "lofty" and entry.name ~= "lofty.test.clock" then
      local needs = not entry.module.is_member and entry.module.name ~= "lofty"
      items[#items + 1] = { term = entry.name, text = entry.about .. (needs and " (require it)" or ""), depth = 0 }
    end
  end
  return items
end

local function value_items()
  local items = {}
  for _, entry in ipairs(reference.entries()) do
    if entry.kind == "value" then items[#items + 1] = { term = entry.name, text = entry.about, depth = 0 } end
  end
  return items
end

--- What stands for `lofty.log` and the like, which have pages of their own.
local OF_VALUES = { ["lofty.Log"] = true, ["lofty.LogFunction"] = true, ["lofty.ErrorFunctions"] = true }

local function class_items(module)
  local items = {}
  for _, class in ipairs(module.classes) do
    if not class.is_space and not OF_VALUES[class.name] then
      items[#items + 1] = { term = class.name, text = about(class), depth = 0 }
    end
  end
  return items
end

local function module_page(entry)
  local module = entry.module
  if entry.of then return class_page(entry) end
  local page = Page.new(entry.name, entry.about)
  add_prose(page, module.head)
  local line = not table.concat(module.head, "\n"):find(('\n%%s+local [%%w_]+ = require "%s"'):format(module.name))
    and require_line(module)
  if line then page:code(line, true) end
  if module.call then
    add_signature(page, module.name, arguments_of(module.call), module.call)
    add_classes(page, module.call.params)
  end
  local functions = function_items(module, module.name)
  if #functions > 0 then page:heading("Functions"):list(functions) end
  for _, class in ipairs(module.classes) do
    local methods = class.is_space and {} or function_items(module, class.name)
    if #methods > 0 and module.name ~= "lofty" then page:heading(class.name):list(methods) end
  end
  if module.name == "lofty" then page:heading("Values"):list(value_items()):heading("Modules"):list(module_items()) end
  local classes = class_items(module)
  if #classes > 0 then page:heading("Options and results"):list(classes) end
  return page
end

--- How values are used.
local USES = {
  ["lofty.code"] = "if err:is(lofty.code.TASK_IS_SMARTPLAN) then ... end",
  ["lofty.dry_run"] = "if not lofty.dry_run then os.remove(path) end",
  ["lofty.error"] = "local ok, err = pcall(work)\nif not ok and lofty.error.is_error(err) then print(err.code) end",
  ["lofty.log"] = 'lofty.log.warn("left as it is", { task = task.id })',
  ["lofty.null"] = "lofty.json.encode { note = lofty.null }   --> {\"note\":null}",
}

local function value_page(entry)
  local page, field = Page.new(entry.name, entry.about), entry.of
  page:text((entry.about:gsub("^.", string.upper)) .. "."):code(USES[entry.name] or entry.name)
  if entry.name == "lofty.code" then
    return page:text("loftyrun help codes lists them; loftyrun help NAME explains one.", true)
  end
  add_classes(page, { field })
  return page
end

local PAGES = { module = module_page, ["function"] = function_page, class = class_page, value = value_page }

--- The page of something that is no operation.
---@param entry lofty.manual.Entry
---@return lofty.manual.Page
function M.page(entry) return PAGES[entry.kind](entry) end

return M
