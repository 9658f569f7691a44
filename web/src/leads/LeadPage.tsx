import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Page } from '@/ui/Page';
import { LeadDetail } from './detail/LeadDetail';
import { useLead } from './detail/useLead';

const route = getRouteApi('/shell/leads/$id');

export default function LeadPage() {
  const { id } = route.useParams();
  const navigate = useNavigate();
  const title = useLead(id).data?.title;
  useEffect(() => {
    if (title) document.title = `${title} · Touchline`;
  }, [title]);
  return <Page><LeadDetail id={id} gone={() => void navigate({ to: '/leads' })} /></Page>;
}
