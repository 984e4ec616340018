import { farthest } from '../../anfis/inference.ts';
import { type AnfisSpec, type Layout, layoutOf } from '../../anfis/layout.ts';
