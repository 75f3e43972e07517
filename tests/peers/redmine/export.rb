# The oracle: everything as Redmine's own classes tell it, JSON lines (rails runner export.rb).
require 'digest'
require 'json'

User.current = User.find_by_login('admin')
I18n.locale = :en

def file(attachment)
  { id: attachment.id, name: attachment.filename, type: attachment.content_type, size: attachment.filesize,
    sha256: File.exist?(attachment.diskfile) ? Digest::SHA256.file(attachment.diskfile).hexdigest : nil }
end

def shown(value)
  case value.custom_field.field_format
  when 'bool' then I18n.t(value.value == '1' ? :general_text_Yes : :general_text_No)
  when 'user', 'version', 'enumeration' then value.custom_field.format.formatted_value(nil, value.custom_field, value.value, value.customized, false).to_s.split(' - ').last
  when 'attachment' then Attachment.find(value.value).filename
  else value.value
  end
end

User.where(type: %w[User AnonymousUser]).each do |user|
  puts JSON.generate(kind: 'person', id: user.id, login: user.login, name: user.anonymous? ? 'Anonymous' : user.name(:firstname_lastname), email: user.mail, language: user.language.to_s,
                     active: user.active?, staff: user.admin? || user.memberships.any? { |m| m.roles.any? { |r| r.has_permission?(:edit_issues) } })
end

Issue.order(:id).each do |issue|
  added = issue.journals.flat_map { |j| j.details.select { |d| d.property == 'attachment' && d.value }.map { |d| [d.prop_key.to_i, j.id] } }.to_h
  files = issue.attachments.group_by { |a| added[a.id] || 0 }
  of_fields = issue.custom_values.select { |v| v.custom_field.field_format == 'attachment' && v.value.present? }.map { |v| Attachment.find(v.value) }
  messages = [{ key: "issues:#{issue.id}", author: issue.author_id, time: issue.created_on.to_i, private: false, text: issue.description.to_s,
                files: ((files[0] || []) + of_fields).map { |a| file(a) } }]
  issue.journals.order(:id).each do |journal|
    next if journal.notes.blank? && journal.notes.to_s.empty? && files[journal.id].nil?
    messages << { key: "journals:#{journal.id}", author: journal.user_id, time: journal.created_on.to_i, private: journal.private_notes?, text: journal.notes.to_s,
                  files: (files[journal.id] || []).map { |a| file(a) } }
  end
  puts JSON.generate(
    kind: 'issue', id: issue.id, subject: issue.subject, status: issue.status.name, priority: issue.priority.position, project: issue.project.name, identifier: issue.project.identifier,
    author: issue.author_id, assignee: issue.assigned_to.is_a?(User) ? issue.assigned_to_id : nil, created: issue.created_on.to_i, updated: issue.updated_on.to_i,
    tracker: issue.tracker.name, category: issue.category&.name, version: issue.fixed_version&.name, parent: issue.parent_id,
    relations: issue.relations.map { |r| [r.relation_type, r.issue_from_id, r.issue_to_id] },
    watchers: issue.watcher_users.to_a.flat_map { |w| w.is_a?(Group) ? w.users.map(&:id) : [w.id] }.uniq,
    fields: issue.custom_values.select { |v| v.value.present? }.sort_by(&:id).map { |v| [v.custom_field.name, shown(v)] },
    changes: issue.journals.sum { |j| j.details.size }, messages: messages)
end
