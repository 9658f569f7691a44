import { Soon } from '@/ui/Soon';

export default function CompaniesPage() {
  return <Soon name="companies" />;
}
