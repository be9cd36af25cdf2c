--- Examples of team for the manual (lofty.manual.examples).
local M = {}

M.list_pipelines = [[
for stage in lofty.team.each_pipelines() do print(stage.id, stage.name) end]]

M.list_tags = [[
for _, tag in ipairs(lofty.team.list_tags()) do
  print(tag.tagId, tag.tagName)
end]]

M.list_ponds = [[
for _, pond in ipairs(lofty.team.list_ponds()) do
  print(pond.id, pond.pondName, #pond.agentIds)
end]]

M.get_pond = [[
local pond = lofty.team.get_pond(lofty.team.list_ponds()[1].id)
print(pond.pondName, pond.pondOwnerId)]]

M.list_custom_fields = [[
for _, field in ipairs(lofty.team.list_custom_fields()) do
  print(field.attributeName, field.attributeType)
end]]

M.add_custom_field = [[
lofty.team.add_custom_field {
  attributeName = "Parking", attributeType = "single_select",
  params = '{"option":["Street","Garage"]}',
}]]

return M
