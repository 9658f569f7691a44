export default import.meta.glob<Record<string, string>>(['/src/*/locales/ru.json', '!/src/{duplicates,funnel,imports,segments,settings}/locales/*'], { eager: true, import: 'default' });
