import { measureSlices } from '#domain/slices/measure';
import { createRandom } from '#domain/random';
const SIMS=+(process.env['SIMS']??300), N=+(process.env['N']??1000), TASK=(process.env['TASK']??'binary') as any, METRIC=process.env['METRIC']??'auc';
let found=0, tests=0; const t0=Date.now(); let fp=0;
for(let s=0;s<SIMS;s++){ const r=createRandom(1000+s);
 const labels=new Float64Array(N), scores=new Float64Array(N);
 for(let i=0;i<N;i++){ if(TASK==='binary'){const y=r.float()<0.3?1:0; labels[i]=y; const x=r.normal()+y*1.2; scores[i]=1/(1+Math.exp(-(1.2*x-0.72+Math.log(.3/.7))));} else {const p=r.normal(); scores[i]=p; labels[i]=p+0.7*r.normal()*(1+0.5*Math.abs(p));} }
 const col=(name:string,k:number)=>({column:name,values:Array.from({length:N},()=>`v${Math.floor(k*r.float()**1.5)}`)});
 const res=measureSlices({judged:{task:TASK,classes:TASK==='binary'?2:0,threshold:0.4,labels,candidate:scores,comparable:new Uint8Array(N)},columns:[col('a',2),col('b',4),col('c',6)],settings:{leastRows:50,pairs:true,falseShare:0.05},bootstrap:{resamples:200,seed:s},metric:METRIC});
 tests+=res!.tested; if(res!.found.length>0){found++;} }
console.log(TASK,METRIC,'N',N,'share of null simulations with a find',found/SIMS,'tests',tests/SIMS,'ms/sim',(Date.now()-t0)/SIMS);
