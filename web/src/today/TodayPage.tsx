import { Soon } from '@/ui/Soon';

export default function TodayPage() {
  return <Soon name="today" />;
}
