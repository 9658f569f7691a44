import { SampleRow } from '@/setup/sample/SampleRow';
import { Frame } from '../Frame';
import classes from '../Settings.module.css';

export default function SamplePage() {
  return (
    <Frame name="sample">
      <div className={classes.card}><SampleRow /></div>
    </Frame>
  );
}
